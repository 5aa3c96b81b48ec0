-- WITHOUT ROWID and the trigger are written by hand: drizzle-kit knows neither.
CREATE TABLE `attribute_definitions` (
	`application_id` text NOT NULL,
	`id` text NOT NULL,
	`slug` text NOT NULL,
	`fields` text NOT NULL,
	`deleted_at` integer,
	PRIMARY KEY(`application_id`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `attribute_definitions_slug` ON `attribute_definitions` (`application_id`,`slug`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `attribute_definitions_deleted` ON `attribute_definitions` (`deleted_at`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `attribute_keys` (
	`application_id` text NOT NULL,
	`user_id` text NOT NULL,
	`definition_id` text NOT NULL,
	`key` text NOT NULL,
	`hidden` integer DEFAULT false NOT NULL,
	PRIMARY KEY(`application_id`, `user_id`, `definition_id`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `attribute_keys_found` ON `attribute_keys` (`application_id`,`definition_id`,`hidden`,`key`,`user_id`);--> statement-breakpoint
CREATE TABLE `user_attributes` (
	`application_id` text NOT NULL,
	`user_id` text NOT NULL,
	`definition_id` text NOT NULL,
	`id` text NOT NULL,
	`value` text NOT NULL,
	`customer_overridden` integer NOT NULL,
	`updated_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `user_id`, `definition_id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `user_attributes_id` ON `user_attributes` (`application_id`,`id`);--> statement-breakpoint
CREATE INDEX `user_attributes_definition` ON `user_attributes` (`application_id`,`definition_id`);
--> statement-breakpoint
-- No filter finds archived and deleted users, and none looks at the rows of `users` for that.
CREATE TRIGGER users_hide_attributes AFTER UPDATE OF archived_at, deleted_at ON users
WHEN (old.archived_at IS NULL AND old.deleted_at IS NULL) <> (new.archived_at IS NULL AND new.deleted_at IS NULL) BEGIN
  UPDATE attribute_keys SET hidden = (new.archived_at IS NOT NULL OR new.deleted_at IS NOT NULL)
  WHERE application_id = new.application_id AND user_id = new.id;
END;
