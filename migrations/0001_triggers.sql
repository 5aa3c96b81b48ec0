-- Lists show exact totals without counting rows: no COUNT(*) at a million users.
CREATE TRIGGER users_counted AFTER INSERT ON users BEGIN
  INSERT INTO counters (application_id, name, value) VALUES (new.application_id, 'users', 1)
  ON CONFLICT (application_id, name) DO UPDATE SET value = value + 1;
END;
--> statement-breakpoint
CREATE TRIGGER users_uncounted AFTER DELETE ON users BEGIN
  UPDATE counters SET value = value - 1 WHERE application_id = old.application_id AND name = 'users';
END;
--> statement-breakpoint
-- A preflight names its origin and nothing else; the list of domains in the record stays the one place where they are set.
CREATE TRIGGER application_hosts_added AFTER INSERT ON applications BEGIN
  INSERT INTO application_hosts (host, application_id) SELECT DISTINCT value, new.id FROM json_each(new.domains);
END;
--> statement-breakpoint
CREATE TRIGGER application_hosts_changed AFTER UPDATE OF domains ON applications BEGIN
  DELETE FROM application_hosts WHERE application_id = new.id;
  INSERT INTO application_hosts (host, application_id) SELECT DISTINCT value, new.id FROM json_each(new.domains);
END;
--> statement-breakpoint
CREATE TRIGGER application_hosts_removed AFTER DELETE ON applications BEGIN
  DELETE FROM application_hosts WHERE application_id = old.id;
END;
