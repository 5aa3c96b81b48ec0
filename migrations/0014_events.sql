CREATE TABLE `event_deliveries` (
	`application_id` text NOT NULL,
	`event_id` text NOT NULL,
	`endpoint_id` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`due_at` integer NOT NULL,
	`claimed_until` integer NOT NULL,
	`reason` text,
	`tried_at` integer,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `event_id`, `endpoint_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `event_deliveries_due` ON `event_deliveries` (`due_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE TABLE `event_endpoints` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`url` text NOT NULL,
	`types` text NOT NULL,
	`secrets` text NOT NULL,
	`disabled_at` integer,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `events` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`user_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`type` text NOT NULL,
	`session` text NOT NULL,
	`changed` text NOT NULL,
	`at` integer NOT NULL,
	`open` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `events_user` ON `events` (`user_id`,`application_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `events_open` ON `events` (`user_id`,`application_id`,`type`,`session`) WHERE open = 1;--> statement-breakpoint
ALTER TABLE `users` ADD `event_sequence` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
-- Events are written by the tables that they are about, in the transaction of the change: no operation can forget its event,
-- and an application without an endpoint pays nothing. Whatever a batch does to one customer is one event of each type:
-- `open` says that the batch is not over. A customer who is deleted has no events but those of the account itself.
-- Rows that a move brings or clears away (D-109) are no change.
-- Columns of users that are in no trigger stand in test/unit/event-triggers.test.ts, with the reason.
CREATE TRIGGER events_counted AFTER INSERT ON events
WHEN NOT EXISTS (
  SELECT 1 FROM move_places p WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left'))
BEGIN
  UPDATE users SET event_sequence = new.sequence WHERE application_id = new.application_id AND id = new.user_id;
  INSERT INTO event_deliveries
    (application_id, event_id, endpoint_id, state, attempts, due_at, claimed_until, expires_at)
  SELECT new.application_id, new.id, e.id, 'pending', 0, 0, 0, new.expires_at FROM event_endpoints e
  WHERE e.application_id = new.application_id AND e.disabled_at IS NULL
    AND EXISTS (SELECT 1 FROM json_each(e.types) t WHERE t.value = new.type);
END;
--> statement-breakpoint
CREATE TRIGGER event_customer_created AFTER INSERT ON users
WHEN EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = 'customer.created'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'customer.created', '',
    '{}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.id
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_customer_updated AFTER UPDATE OF first_name, last_name, username, gender, dob, profile_pic_url, meta, external_id, rr_id, consent ON users
WHEN (new.first_name IS NOT old.first_name OR new.last_name IS NOT old.last_name OR new.username IS NOT old.username
    OR new.gender IS NOT old.gender OR new.dob IS NOT old.dob OR new.profile_pic_url IS NOT old.profile_pic_url
    OR new.meta IS NOT old.meta OR new.external_id IS NOT old.external_id OR new.rr_id IS NOT old.rr_id OR new.consent IS NOT old.consent) AND EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = 'customer.updated'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'customer.updated', '',
    json_patch('{}', json_object(
      'first_name', CASE WHEN new.first_name IS NOT old.first_name THEN 1 END,
      'last_name', CASE WHEN new.last_name IS NOT old.last_name THEN 1 END,
      'username', CASE WHEN new.username IS NOT old.username THEN 1 END,
      'gender', CASE WHEN new.gender IS NOT old.gender THEN 1 END,
      'dob', CASE WHEN new.dob IS NOT old.dob THEN 1 END,
      'profile_pic_url', CASE WHEN new.profile_pic_url IS NOT old.profile_pic_url THEN 1 END,
      'meta', CASE WHEN new.meta IS NOT old.meta THEN 1 END,
      'external_id', CASE WHEN new.external_id IS NOT old.external_id THEN 1 END,
      'rr_id', CASE WHEN new.rr_id IS NOT old.rr_id THEN 1 END,
      'consent', CASE WHEN new.consent IS NOT old.consent THEN 1 END)), CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.id
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_customer_blocked AFTER UPDATE OF blocked_at ON users
WHEN old.blocked_at IS NULL AND new.blocked_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = 'customer.blocked'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'customer.blocked', '',
    '{}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.id
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_customer_unblocked AFTER UPDATE OF blocked_at ON users
WHEN old.blocked_at IS NOT NULL AND new.blocked_at IS NULL AND EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = 'customer.unblocked'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'customer.unblocked', '',
    '{}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.id
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_customer_archived AFTER UPDATE OF archived_at ON users
WHEN old.archived_at IS NULL AND new.archived_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = 'customer.archived'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'customer.archived', '',
    '{}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.id
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_customer_deleted AFTER UPDATE OF deleted_at ON users
WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = 'customer.deleted'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'customer.deleted', '',
    '{}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.id
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_customer_restored AFTER UPDATE OF archived_at, deleted_at ON users
WHEN (old.archived_at IS NOT NULL OR old.deleted_at IS NOT NULL)
  AND new.archived_at IS NULL AND new.deleted_at IS NULL AND EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = 'customer.restored'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'customer.restored', '',
    '{}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.id
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
-- What is left of a customer's events goes with the customer; this one says so.
CREATE TRIGGER event_customer_erased AFTER DELETE ON users
WHEN NOT EXISTS (
  SELECT 1 FROM move_places p WHERE p.application_id = old.application_id AND p.state IN ('arriving', 'left'))
BEGIN
  DELETE FROM event_deliveries WHERE (application_id, event_id) IN (
    SELECT application_id, id FROM events WHERE user_id = old.id AND application_id = old.application_id);
  DELETE FROM events WHERE user_id = old.id AND application_id = old.application_id;
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT old.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), old.id,
    old.event_sequence + 1, 'customer.erased', '', '{}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  WHERE EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = old.application_id AND e.disabled_at IS NULL AND t.value = 'customer.erased'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = old.application_id AND p.state IN ('arriving', 'left')));
END;
--> statement-breakpoint
-- A new customer's own row is written last, so that what belongs to it is no change of anybody yet.
CREATE TRIGGER event_identifier_added AFTER INSERT ON identifiers
WHEN EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = CASE WHEN new.verified = 1 THEN 'customer.verified' ELSE 'customer.updated' END
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, CASE WHEN new.verified = 1 THEN 'customer.verified' ELSE 'customer.updated' END, '',
    CASE new.kind WHEN 'email' THEN '{"emails":1}' ELSE '{"phone_numbers":1}' END, CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.user_id
    AND u.deleted_at IS NULL
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_identifier_changed AFTER UPDATE OF verified, is_primary ON identifiers
WHEN (new.verified <> old.verified OR new.is_primary <> old.is_primary) AND EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = CASE WHEN new.verified = 1 AND old.verified = 0 THEN 'customer.verified' ELSE 'customer.updated' END
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, CASE WHEN new.verified = 1 AND old.verified = 0 THEN 'customer.verified' ELSE 'customer.updated' END, '',
    CASE new.kind WHEN 'email' THEN '{"emails":1}' ELSE '{"phone_numbers":1}' END, CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.user_id
    AND u.deleted_at IS NULL
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_identifier_removed AFTER DELETE ON identifiers
WHEN EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = old.application_id AND e.disabled_at IS NULL AND t.value = 'customer.updated'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = old.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'customer.updated', '',
    CASE old.kind WHEN 'email' THEN '{"emails":1}' ELSE '{"phone_numbers":1}' END, CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = old.application_id AND u.id = old.user_id
    AND u.deleted_at IS NULL
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_identity_linked AFTER INSERT ON social_identities
WHEN EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = 'customer.updated'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'customer.updated', '',
    '{"identities":1}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.user_id
    AND u.deleted_at IS NULL
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_identity_unlinked AFTER DELETE ON social_identities
WHEN EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = old.application_id AND e.disabled_at IS NULL AND t.value = 'customer.updated'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = old.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'customer.updated', '',
    '{"identities":1}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = old.application_id AND u.id = old.user_id
    AND u.deleted_at IS NULL
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_attribute_added AFTER INSERT ON user_attributes
WHEN EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = 'customer.updated'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'customer.updated', '',
    '{"attributes":1}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.user_id
    AND u.deleted_at IS NULL
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_attribute_changed AFTER UPDATE OF value ON user_attributes
WHEN new.value IS NOT old.value AND EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = 'customer.updated'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'customer.updated', '',
    '{"attributes":1}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.user_id
    AND u.deleted_at IS NULL
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
-- Values of a definition that was deleted were gone with it; the cron only clears them away.
CREATE TRIGGER event_attribute_removed AFTER DELETE ON user_attributes
WHEN NOT EXISTS (
    SELECT 1 FROM attribute_definitions d
    WHERE d.application_id = old.application_id AND d.id = old.definition_id AND d.deleted_at IS NOT NULL) AND EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = old.application_id AND e.disabled_at IS NULL AND t.value = 'customer.updated'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = old.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'customer.updated', '',
    '{"attributes":1}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = old.application_id AND u.id = old.user_id
    AND u.deleted_at IS NULL
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_session_created AFTER INSERT ON audit_events
WHEN new.session IS NOT NULL AND new.user_id IS NOT NULL
  AND new.action IN ('sign_in', 'session.created', 'password.changed', 'sessions.replaced') AND EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = 'session.created'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'session.created', new.session,
    '{}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.user_id
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_session_ended AFTER INSERT ON ended_sessions
WHEN EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = 'session.ended'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'session.ended', new.handle,
    '{}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.user_id
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
--> statement-breakpoint
CREATE TRIGGER event_sessions_ended AFTER UPDATE OF sessions_valid_from ON users
WHEN new.sessions_valid_from <> old.sessions_valid_from AND EXISTS (
    SELECT 1 FROM event_endpoints e CROSS JOIN json_each(e.types) t
    WHERE e.application_id = new.application_id AND e.disabled_at IS NULL AND t.value = 'session.ended'
      AND NOT EXISTS (SELECT 1 FROM move_places p
        WHERE p.application_id = new.application_id AND p.state IN ('arriving', 'left')))
BEGIN
  INSERT INTO events (application_id, id, user_id, sequence, type, session, changed, at, open, expires_at)
  SELECT u.application_id, printf('evt_%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)) || lower(hex(randomblob(10))), u.id,
    u.event_sequence + 1, 'session.ended', '*',
    '{}', CAST(unixepoch('subsec') * 1000 AS INTEGER), 1,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000
  FROM users u WHERE u.application_id = new.application_id AND u.id = new.id
  ON CONFLICT (user_id, application_id, type, session) WHERE open = 1
    DO UPDATE SET changed = json_patch(changed, excluded.changed);
END;
