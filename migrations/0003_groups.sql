CREATE TABLE `group_import_errors` (
	`application_id` text NOT NULL,
	`import_id` text NOT NULL,
	`line` integer NOT NULL,
	`message` text NOT NULL,
	PRIMARY KEY(`application_id`, `import_id`, `line`)
);
--> statement-breakpoint
CREATE TABLE `group_imports` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`group_id` text NOT NULL,
	`file_url` text NOT NULL,
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
	PRIMARY KEY(`application_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `group_imports_open` ON `group_imports` (`progressed_at`) WHERE state IN ('pending', 'processing');--> statement-breakpoint
CREATE INDEX `group_imports_leftover` ON `group_imports` (`application_id`,`id`) WHERE state IN ('failed', 'replaced') AND cleared = 0;--> statement-breakpoint
CREATE TABLE `group_members` (
	`application_id` text NOT NULL,
	`import_id` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`application_id`, `import_id`, `user_id`)
);
--> statement-breakpoint
CREATE INDEX `group_members_user` ON `group_members` (`application_id`,`user_id`);--> statement-breakpoint
CREATE TABLE `user_groups` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`uid` integer NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`import_id` text NOT NULL,
	`members_of` text,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `user_groups_uid` ON `user_groups` (`application_id`,`uid`);--> statement-breakpoint
ALTER TABLE `applications` ADD `imported_hashes` text;