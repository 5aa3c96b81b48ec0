ALTER TABLE `audit_events` ADD `actor` text DEFAULT 'system' NOT NULL;--> statement-breakpoint
ALTER TABLE `audit_events` ADD `user_id` text;--> statement-breakpoint
ALTER TABLE `audit_events` ADD `reason` text;--> statement-breakpoint
ALTER TABLE `audit_events` ADD `request_id` text;--> statement-breakpoint
CREATE INDEX `audit_events_user` ON `audit_events` (`application_id`,`user_id`,`at`) WHERE user_id IS NOT NULL;