-- Codes, registrations and budgets that were pending are dropped: each would have lived for a day at most. What was audited
-- and which sessions had ended is carried over. WITHOUT ROWID is written by hand: drizzle-kit does not know it.
DROP INDEX `audit_events_user`;
--> statement-breakpoint
ALTER TABLE `audit_events` RENAME TO `audit_events_0003`;
--> statement-breakpoint
DROP TABLE `deliveries`;
--> statement-breakpoint
DROP INDEX `ended_sessions_expiry`;
--> statement-breakpoint
ALTER TABLE `ended_sessions` RENAME TO `ended_sessions_0003`;
--> statement-breakpoint
DROP TABLE `charges`;
--> statement-breakpoint
DROP TABLE `otp_challenges`;
--> statement-breakpoint
DROP TABLE `proofs`;
--> statement-breakpoint
DROP TABLE `registrations`;
--> statement-breakpoint
ALTER TABLE `applications` ADD `android_hashes` text DEFAULT '[]' NOT NULL;
--> statement-breakpoint
ALTER TABLE `identifiers` ADD `verified_at` integer;
--> statement-breakpoint
CREATE TABLE `activity_counts` (
	`application_id` text NOT NULL,
	`name` text NOT NULL,
	`hour_start` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`application_id`, `hour_start`, `name`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `audit_events` (
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
	PRIMARY KEY(`application_id`, `retention`, `at`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `audit_events_user` ON `audit_events` (`application_id`,`user_id`,`at`) WHERE user_id IS NOT NULL;
--> statement-breakpoint
CREATE TABLE `deliveries` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`state` text NOT NULL,
	`claimed_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `ended_sessions` (
	`application_id` text NOT NULL,
	`user_id` text NOT NULL,
	`handle` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `user_id`, `handle`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `ended_sessions_expiry` ON `ended_sessions` (`expires_at`);
--> statement-breakpoint
CREATE TABLE `budgets` (
	`application_id` text NOT NULL,
	`bucket` text NOT NULL,
	`counts` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `bucket`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `otp_challenges` (
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
	PRIMARY KEY(`application_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `otp_challenges_newest` ON `otp_challenges` (`application_id`,`kind`,`value`,`created_at`);
--> statement-breakpoint
CREATE INDEX `otp_challenges_user` ON `otp_challenges` (`application_id`,`user_id`) WHERE user_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `otp_challenges_registration` ON `otp_challenges` (`application_id`,`registration`) WHERE registration IS NOT NULL;
--> statement-breakpoint
CREATE TABLE `proofs` (
	`application_id` text NOT NULL,
	`registration` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`calling_code` integer,
	`proven_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `registration`, `kind`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `proofs_identifier` ON `proofs` (`application_id`,`kind`,`value`);
--> statement-breakpoint
CREATE INDEX `proofs_expiry` ON `proofs` (`expires_at`);
--> statement-breakpoint
CREATE TABLE `registrations` (
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
	PRIMARY KEY(`application_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `registrations_user` ON `registrations` (`application_id`,`user_id`) WHERE user_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `registrations_expiry` ON `registrations` (`expires_at`);
--> statement-breakpoint
INSERT INTO `audit_events` (`application_id`, `retention`, `at`, `id`, `action`, `actor`, `user_id`, `reason`, `request_id`, `detail`)
SELECT `application_id`, CASE WHEN `expires_at` - `at` > 8640000000 THEN 'admin' ELSE 'security' END, `at`, `id`, `action`, `actor`,
       `user_id`, `reason`, `request_id`, `detail` FROM `audit_events_0003`;
--> statement-breakpoint
DROP TABLE `audit_events_0003`;
--> statement-breakpoint
INSERT INTO `ended_sessions` (`application_id`, `user_id`, `handle`, `expires_at`)
SELECT `application_id`, `user_id`, `handle`, `expires_at` FROM `ended_sessions_0003`;
--> statement-breakpoint
DROP TABLE `ended_sessions_0003`;
