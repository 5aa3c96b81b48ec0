CREATE TABLE `application_hosts` (
	`host` text NOT NULL,
	`application_id` text NOT NULL,
	PRIMARY KEY(`host`, `application_id`)
);
--> statement-breakpoint
CREATE INDEX `application_hosts_application` ON `application_hosts` (`application_id`);--> statement-breakpoint
CREATE TABLE `applications` (
	`id` text PRIMARY KEY NOT NULL,
	`company_id` text NOT NULL,
	`name` text NOT NULL,
	`token_hash` text NOT NULL,
	`domains` text NOT NULL,
	`storefront_url` text NOT NULL,
	`default_country_code` text NOT NULL,
	`sms_countries` text DEFAULT '[]' NOT NULL,
	`shard` text DEFAULT 'DB' NOT NULL,
	`language` text DEFAULT 'en' NOT NULL,
	`templates` text,
	`server_addresses` text DEFAULT '[]' NOT NULL,
	`test_identifiers` text DEFAULT '[]' NOT NULL,
	`config` text NOT NULL,
	`social` text,
	`login_token` text,
	`config_version` integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE INDEX `applications_company` ON `applications` (`company_id`);--> statement-breakpoint
CREATE TABLE `audit_events` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`at` integer NOT NULL,
	`action` text NOT NULL,
	`detail` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `at`, `id`)
);
--> statement-breakpoint
CREATE INDEX `audit_events_expiry` ON `audit_events` (`expires_at`);--> statement-breakpoint
CREATE TABLE `companies` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `counters` (
	`application_id` text NOT NULL,
	`name` text NOT NULL,
	`value` integer NOT NULL,
	PRIMARY KEY(`application_id`, `name`)
);
--> statement-breakpoint
CREATE TABLE `deliveries` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`state` text NOT NULL,
	`claimed_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `deliveries_expiry` ON `deliveries` (`expires_at`);--> statement-breakpoint
CREATE TABLE `ended_sessions` (
	`application_id` text NOT NULL,
	`user_id` text NOT NULL,
	`handle` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `user_id`, `handle`)
);
--> statement-breakpoint
CREATE INDEX `ended_sessions_expiry` ON `ended_sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `identifiers` (
	`application_id` text NOT NULL,
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`calling_code` integer,
	`verified` integer NOT NULL,
	`is_primary` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `user_id`, `kind`, `value`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `identifiers_owner` ON `identifiers` (`application_id`,`kind`,`value`) WHERE verified = 1;--> statement-breakpoint
CREATE UNIQUE INDEX `identifiers_primary` ON `identifiers` (`application_id`,`user_id`,`kind`) WHERE is_primary = 1;--> statement-breakpoint
CREATE INDEX `identifiers_value` ON `identifiers` (`application_id`,`kind`,`value`);--> statement-breakpoint
CREATE TABLE `oauth_clients` (
	`key` text PRIMARY KEY NOT NULL,
	`company_id` text NOT NULL,
	`secret_hash` text NOT NULL,
	`scopes` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sms_counts` (
	`application_id` text NOT NULL,
	`name` text NOT NULL,
	`start` integer NOT NULL,
	`sent` integer DEFAULT 0 NOT NULL,
	`verified` integer DEFAULT 0 NOT NULL,
	`alerted` integer DEFAULT false NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `name`, `start`)
);
--> statement-breakpoint
CREATE INDEX `sms_counts_expiry` ON `sms_counts` (`expires_at`);--> statement-breakpoint
CREATE TABLE `user_words` (
	`application_id` text NOT NULL,
	`word` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`application_id`, `word`, `user_id`)
);
--> statement-breakpoint
CREATE INDEX `user_words_user` ON `user_words` (`application_id`,`user_id`);--> statement-breakpoint
CREATE TABLE `users` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`username` text NOT NULL,
	`first_name` text,
	`last_name` text,
	`gender` text,
	`dob` text,
	`profile_pic_url` text,
	`meta` text,
	`external_id` text,
	`password_hash` text,
	`has_old_password_hash` integer DEFAULT false NOT NULL,
	`sessions_valid_from` integer DEFAULT 0 NOT NULL,
	`blocked_at` integer,
	`archived_at` integer,
	`deleted_at` integer,
	`delete_reason` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_username` ON `users` (`application_id`,`username`);--> statement-breakpoint
CREATE INDEX `users_newest` ON `users` (`application_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `users_deleted` ON `users` (`application_id`,`deleted_at`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `charges` (
	`application_id` text NOT NULL,
	`bucket` text NOT NULL,
	`at` integer NOT NULL,
	`ref` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `bucket`, `at`, `ref`)
);
--> statement-breakpoint
CREATE INDEX `charges_ref` ON `charges` (`application_id`,`ref`);--> statement-breakpoint
CREATE INDEX `charges_expiry` ON `charges` (`expires_at`);--> statement-breakpoint
CREATE TABLE `links` (
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
	PRIMARY KEY(`application_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `links_identifier` ON `links` (`application_id`,`user_id`,`link_kind`,`value`);--> statement-breakpoint
CREATE INDEX `links_expiry` ON `links` (`expires_at`);--> statement-breakpoint
CREATE TABLE `otp_challenges` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`purpose` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`calling_code` integer,
	`resend_token` text NOT NULL,
	`user_id` text,
	`registration` text,
	`tries_bucket` text NOT NULL,
	`refund_bucket` text,
	`foreign_sms` integer DEFAULT false NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`last_try` text,
	`consumed_at` integer,
	`consumed_by` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `otp_challenges_resend` ON `otp_challenges` (`application_id`,`resend_token`);--> statement-breakpoint
CREATE INDEX `otp_challenges_newest` ON `otp_challenges` (`application_id`,`kind`,`value`,`created_at`);--> statement-breakpoint
CREATE INDEX `otp_challenges_expiry` ON `otp_challenges` (`expires_at`);--> statement-breakpoint
CREATE TABLE `proofs` (
	`application_id` text NOT NULL,
	`registration` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`calling_code` integer,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `registration`, `kind`, `value`)
);
--> statement-breakpoint
CREATE INDEX `proofs_expiry` ON `proofs` (`expires_at`);--> statement-breakpoint
CREATE TABLE `registrations` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`user_id` text,
	`provider` text,
	`subject` text,
	`finished_at` integer,
	`finished_by` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `registrations_expiry` ON `registrations` (`expires_at`);--> statement-breakpoint
CREATE TABLE `social_identities` (
	`application_id` text NOT NULL,
	`provider` text NOT NULL,
	`subject` text NOT NULL,
	`user_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `provider`, `subject`)
);
--> statement-breakpoint
CREATE INDEX `social_identities_user` ON `social_identities` (`application_id`,`user_id`);