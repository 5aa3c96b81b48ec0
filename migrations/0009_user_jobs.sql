CREATE TABLE `user_job_errors` (
	`application_id` text NOT NULL,
	`job_id` text NOT NULL,
	`byte_offset` integer NOT NULL,
	`errors` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `job_id`, `byte_offset`)
);
--> statement-breakpoint
CREATE INDEX `user_job_errors_expiry` ON `user_job_errors` (`expires_at`);--> statement-breakpoint
CREATE TABLE `user_jobs` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`file_name` text NOT NULL,
	`file_format` text NOT NULL,
	`file_url` text DEFAULT '' NOT NULL,
	`relative_url` text,
	`created_by` text NOT NULL,
	`state` text DEFAULT 'pending' NOT NULL,
	`version` text,
	`byte_offset` integer DEFAULT 0 NOT NULL,
	`line` integer DEFAULT 0 NOT NULL,
	`columns` text,
	`rows` integer DEFAULT 0 NOT NULL,
	`users` integer DEFAULT 0 NOT NULL,
	`failed` integer DEFAULT 0 NOT NULL,
	`restarts` integer DEFAULT 0 NOT NULL,
	`failure` text,
	`created_at` integer NOT NULL,
	`progressed_at` integer NOT NULL,
	`cleared` integer DEFAULT false NOT NULL,
	`already_there` integer DEFAULT 0 NOT NULL,
	`after` text DEFAULT '' NOT NULL,
	`parts` text DEFAULT '[]' NOT NULL,
	`file_expires_at` integer,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `user_jobs_open` ON `user_jobs` (`progressed_at`) WHERE state IN ('pending', 'processing');--> statement-breakpoint
CREATE INDEX `user_jobs_leftover` ON `user_jobs` (`application_id`,`id`) WHERE kind = 'users_export' AND cleared = 0;--> statement-breakpoint
CREATE INDEX `user_jobs_expiry` ON `user_jobs` (`expires_at`);