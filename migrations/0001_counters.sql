-- Lists show exact totals without counting rows (platform-facts: no COUNT(*) at a million users).
CREATE TRIGGER users_counted AFTER INSERT ON users BEGIN
  INSERT INTO counters (application_id, name, value) VALUES (new.application_id, 'users', 1)
  ON CONFLICT (application_id, name) DO UPDATE SET value = value + 1;
END;
--> statement-breakpoint
CREATE TRIGGER users_uncounted AFTER DELETE ON users BEGIN
  UPDATE counters SET value = value - 1 WHERE application_id = old.application_id AND name = 'users';
END;
