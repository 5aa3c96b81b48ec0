-- Keys and indexes begin with what tells rows apart: one that begins with the application tempts SQLite to read all of its
-- rows. WITHOUT ROWID and the triggers are written by hand: drizzle-kit does not know them.
CREATE TABLE `user_stretches` (
	`application_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`id` text NOT NULL,
	`users` integer NOT NULL,
	PRIMARY KEY(`application_id`, `created_at`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sweeps` (
	`name` text PRIMARY KEY NOT NULL,
	`after` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `__new_identifiers` (
	`application_id` text NOT NULL,
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`calling_code` integer,
	`verified` integer NOT NULL,
	`is_primary` integer DEFAULT false NOT NULL,
	`verified_at` integer,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `application_id`, `kind`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_identifiers`("application_id", "user_id", "kind", "value", "calling_code", "verified", "is_primary", "verified_at", "created_at") SELECT "application_id", "user_id", "kind", "value", "calling_code", "verified", "is_primary", "verified_at", "created_at" FROM `identifiers`;--> statement-breakpoint
DROP TABLE `identifiers`;--> statement-breakpoint
ALTER TABLE `__new_identifiers` RENAME TO `identifiers`;--> statement-breakpoint
CREATE UNIQUE INDEX `identifiers_owner` ON `identifiers` (`value`,`kind`,`application_id`) WHERE verified = 1;--> statement-breakpoint
CREATE UNIQUE INDEX `identifiers_primary` ON `identifiers` (`user_id`,`application_id`,`kind`) WHERE is_primary = 1;--> statement-breakpoint
CREATE INDEX `identifiers_copies` ON `identifiers` (`value`,`kind`,`application_id`) WHERE verified = 0;--> statement-breakpoint
CREATE TABLE `__new_sms_counts` (
	`application_id` text NOT NULL,
	`name` text NOT NULL,
	`start` integer NOT NULL,
	`sent` integer DEFAULT 0 NOT NULL,
	`verified` integer DEFAULT 0 NOT NULL,
	`alerted` integer DEFAULT false NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `name`, `start`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_sms_counts` ("application_id", "name", "start", "sent", "verified", "alerted", "expires_at") SELECT "application_id", "name", "start", "sent", "verified", "alerted", "expires_at" FROM `sms_counts`;--> statement-breakpoint
DROP TABLE `sms_counts`;--> statement-breakpoint
ALTER TABLE `__new_sms_counts` RENAME TO `sms_counts`;--> statement-breakpoint
CREATE TABLE `__new_group_members` (
	`application_id` text NOT NULL,
	`import_id` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`import_id`, `application_id`, `user_id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_group_members`("application_id", "import_id", "user_id") SELECT "application_id", "import_id", "user_id" FROM `group_members`;--> statement-breakpoint
DROP TABLE `group_members`;--> statement-breakpoint
ALTER TABLE `__new_group_members` RENAME TO `group_members`;--> statement-breakpoint
CREATE INDEX `group_members_user` ON `group_members` (`user_id`,`application_id`);--> statement-breakpoint
CREATE TABLE `__new_audit_events` (
	`application_id` text NOT NULL,
	`retention` text NOT NULL,
	`at` integer NOT NULL,
	`id` text NOT NULL,
	`action` text NOT NULL,
	`actor` text DEFAULT 'system' NOT NULL,
	`user_id` text,
	`reason` text,
	`request_id` text,
	`session` text,
	`detail` text NOT NULL,
	PRIMARY KEY(`retention`, `application_id`, `at`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_audit_events`("application_id", "retention", "at", "id", "action", "actor", "user_id", "reason", "request_id", "session", "detail") SELECT "application_id", "retention", "at", "id", "action", "actor", "user_id", "reason", "request_id", "session", "detail" FROM `audit_events`;--> statement-breakpoint
DROP TABLE `audit_events`;--> statement-breakpoint
ALTER TABLE `__new_audit_events` RENAME TO `audit_events`;--> statement-breakpoint
CREATE INDEX `audit_events_user` ON `audit_events` (`user_id`,`application_id`,`at`) WHERE user_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `__new_user_words` (
	`application_id` text NOT NULL,
	`word` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`application_id`, `word`, `user_id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_user_words`("application_id", "word", "user_id") SELECT "application_id", "word", "user_id" FROM `user_words`;--> statement-breakpoint
DROP TABLE `user_words`;--> statement-breakpoint
ALTER TABLE `__new_user_words` RENAME TO `user_words`;--> statement-breakpoint
CREATE INDEX `user_words_user` ON `user_words` (`user_id`,`application_id`);--> statement-breakpoint
CREATE TABLE `__new_links` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`link_kind` text NOT NULL,
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`calling_code` integer,
	`foreign_sms` integer DEFAULT false NOT NULL,
	`used_at` integer,
	`used_by` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`id`, `application_id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_links`("application_id", "id", "link_kind", "user_id", "kind", "value", "calling_code", "foreign_sms", "used_at", "used_by", "created_at", "expires_at") SELECT "application_id", "id", "link_kind", "user_id", "kind", "value", "calling_code", "foreign_sms", "used_at", "used_by", "created_at", "expires_at" FROM `links`;--> statement-breakpoint
DROP TABLE `links`;--> statement-breakpoint
ALTER TABLE `__new_links` RENAME TO `links`;--> statement-breakpoint
CREATE INDEX `links_identifier` ON `links` (`user_id`,`application_id`,`link_kind`,`value`);--> statement-breakpoint
CREATE INDEX `links_expiry` ON `links` (`expires_at`);--> statement-breakpoint
CREATE TABLE `__new_otp_challenges` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`purpose` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`calling_code` integer,
	`code_mac` text NOT NULL,
	`user_id` text,
	`registration` text,
	`tries_buckets` text NOT NULL,
	`refund` text NOT NULL,
	`foreign_sms` integer DEFAULT false NOT NULL,
	`sends` integer DEFAULT 1 NOT NULL,
	`last_send` text,
	`attempts` integer DEFAULT 0 NOT NULL,
	`device_attempts` integer DEFAULT 0 NOT NULL,
	`last_try` text,
	`consumed_at` integer,
	`consumed_by` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`id`, `application_id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_otp_challenges`("application_id", "id", "purpose", "kind", "value", "calling_code", "code_mac", "user_id", "registration", "tries_buckets", "refund", "foreign_sms", "sends", "last_send", "attempts", "device_attempts", "last_try", "consumed_at", "consumed_by", "created_at", "expires_at") SELECT "application_id", "id", "purpose", "kind", "value", "calling_code", "code_mac", "user_id", "registration", "tries_buckets", "refund", "foreign_sms", "sends", "last_send", "attempts", "device_attempts", "last_try", "consumed_at", "consumed_by", "created_at", "expires_at" FROM `otp_challenges`;--> statement-breakpoint
DROP TABLE `otp_challenges`;--> statement-breakpoint
ALTER TABLE `__new_otp_challenges` RENAME TO `otp_challenges`;--> statement-breakpoint
CREATE INDEX `otp_challenges_newest` ON `otp_challenges` (`value`,`kind`,`application_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `otp_challenges_user` ON `otp_challenges` (`user_id`,`application_id`) WHERE user_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `otp_challenges_registration` ON `otp_challenges` (`registration`,`application_id`) WHERE registration IS NOT NULL;--> statement-breakpoint
CREATE TABLE `__new_proofs` (
	`application_id` text NOT NULL,
	`registration` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`calling_code` integer,
	`proven_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`registration`, `application_id`, `kind`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_proofs`("application_id", "registration", "kind", "value", "calling_code", "proven_at", "expires_at") SELECT "application_id", "registration", "kind", "value", "calling_code", "proven_at", "expires_at" FROM `proofs`;--> statement-breakpoint
DROP TABLE `proofs`;--> statement-breakpoint
ALTER TABLE `__new_proofs` RENAME TO `proofs`;--> statement-breakpoint
CREATE INDEX `proofs_identifier` ON `proofs` (`value`,`kind`,`application_id`);--> statement-breakpoint
CREATE INDEX `proofs_expiry` ON `proofs` (`expires_at`);--> statement-breakpoint
CREATE TABLE `__new_registrations` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`user_id` text,
	`user_proven_at` integer,
	`provider` text,
	`subject` text,
	`origin` text NOT NULL,
	`form_id` text,
	`finished_at` integer,
	`finished_by` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`id`, `application_id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_registrations`("application_id", "id", "user_id", "user_proven_at", "provider", "subject", "origin", "form_id", "finished_at", "finished_by", "created_at", "expires_at") SELECT "application_id", "id", "user_id", "user_proven_at", "provider", "subject", "origin", "form_id", "finished_at", "finished_by", "created_at", "expires_at" FROM `registrations`;--> statement-breakpoint
DROP TABLE `registrations`;--> statement-breakpoint
ALTER TABLE `__new_registrations` RENAME TO `registrations`;--> statement-breakpoint
CREATE INDEX `registrations_user` ON `registrations` (`user_id`,`application_id`) WHERE user_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `registrations_expiry` ON `registrations` (`expires_at`);--> statement-breakpoint
CREATE TABLE `__new_social_identities` (
	`application_id` text NOT NULL,
	`provider` text NOT NULL,
	`subject` text NOT NULL,
	`user_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`subject`, `provider`, `application_id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_social_identities`("application_id", "provider", "subject", "user_id", "created_at") SELECT "application_id", "provider", "subject", "user_id", "created_at" FROM `social_identities`;--> statement-breakpoint
DROP TABLE `social_identities`;--> statement-breakpoint
ALTER TABLE `__new_social_identities` RENAME TO `social_identities`;--> statement-breakpoint
CREATE INDEX `social_identities_user` ON `social_identities` (`user_id`,`application_id`);
--> statement-breakpoint
-- Stretches of what is there: each of 500 users, the first one from before all.
INSERT INTO `user_stretches` (`application_id`, `created_at`, `id`, `users`)
SELECT `application_id`, CASE `nth` WHEN 1 THEN -9007199254740991 ELSE `created_at` END, CASE `nth` WHEN 1 THEN '' ELSE `id` END,
  MIN(500, `total` - `nth` + 1)
FROM (SELECT `application_id`, `created_at`, `id`, COUNT(*) OVER (PARTITION BY `application_id`) AS `total`,
        ROW_NUMBER() OVER (PARTITION BY `application_id` ORDER BY `created_at`, `id`) AS `nth` FROM `users`)
WHERE `nth` % 500 = 1;
--> statement-breakpoint
DROP TRIGGER users_counted;
--> statement-breakpoint
DROP TRIGGER users_uncounted;
--> statement-breakpoint
-- Lists show exact totals without counting rows, and find a page by counting stretches.
CREATE TRIGGER users_counted AFTER INSERT ON users BEGIN
  INSERT INTO counters (application_id, name, value) VALUES (new.application_id, 'users', 1)
  ON CONFLICT (application_id, name) DO UPDATE SET value = value + 1;
  INSERT INTO user_stretches (application_id, created_at, id, users) VALUES (new.application_id, -9007199254740991, '', 0)
  ON CONFLICT DO NOTHING;
  UPDATE user_stretches SET users = users + 1
  WHERE application_id = new.application_id AND (created_at, id) = (
    SELECT created_at, id FROM user_stretches
    WHERE application_id = new.application_id AND (created_at, id) <= (new.created_at, new.id)
    ORDER BY created_at DESC, id DESC LIMIT 1);
END;
--> statement-breakpoint
CREATE TRIGGER users_uncounted AFTER DELETE ON users BEGIN
  UPDATE counters SET value = value - 1 WHERE application_id = old.application_id AND name = 'users';
  UPDATE user_stretches SET users = users - 1
  WHERE application_id = old.application_id AND (created_at, id) = (
    SELECT created_at, id FROM user_stretches
    WHERE application_id = old.application_id AND (created_at, id) <= (old.created_at, old.id)
    ORDER BY created_at DESC, id DESC LIMIT 1);
END;
--> statement-breakpoint
-- The newest stretch is left full, since users come in by age; any other is halved.
CREATE TRIGGER user_stretches_split AFTER UPDATE OF users ON user_stretches WHEN new.users > 500 BEGIN
  INSERT INTO user_stretches (application_id, created_at, id, users)
  SELECT new.application_id, s.created_at, s.id, new.users - s.kept FROM (
    SELECT u.created_at, u.id, k.kept FROM (
      SELECT CASE WHEN EXISTS (
        SELECT 1 FROM user_stretches n
        WHERE n.application_id = new.application_id AND (n.created_at, n.id) > (new.created_at, new.id)
      ) THEN 250 ELSE 500 END AS kept) k
    CROSS JOIN users u
    WHERE u.application_id = new.application_id AND (u.created_at, u.id) >= (new.created_at, new.id)
    ORDER BY u.created_at, u.id LIMIT 1 OFFSET (
      SELECT CASE WHEN EXISTS (
        SELECT 1 FROM user_stretches n
        WHERE n.application_id = new.application_id AND (n.created_at, n.id) > (new.created_at, new.id)
      ) THEN 250 ELSE 500 END)) s;
  UPDATE user_stretches SET users = users - (
    SELECT n.users FROM user_stretches n
    WHERE n.application_id = new.application_id AND (n.created_at, n.id) > (new.created_at, new.id)
    ORDER BY n.created_at, n.id LIMIT 1)
  WHERE application_id = new.application_id AND created_at = new.created_at AND id = new.id;
END;
--> statement-breakpoint
CREATE TRIGGER user_stretches_emptied AFTER UPDATE OF users ON user_stretches WHEN new.users = 0 AND new.id <> '' BEGIN
  DELETE FROM user_stretches WHERE application_id = new.application_id AND created_at = new.created_at AND id = new.id;
END;
