CREATE TABLE `group_changes` (
	`application_id` text NOT NULL,
	`import_id` text NOT NULL,
	`user_id` text NOT NULL,
	`removes` integer NOT NULL,
	PRIMARY KEY(`application_id`, `import_id`, `user_id`)
);
--> statement-breakpoint
CREATE INDEX `group_changes_user` ON `group_changes` (`application_id`,`user_id`);--> statement-breakpoint
ALTER TABLE `group_imports` ADD `mode` text DEFAULT 'replace' NOT NULL;