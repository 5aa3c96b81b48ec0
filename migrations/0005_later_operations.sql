ALTER TABLE `applications` ADD `user_exists` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `rr_id` text;--> statement-breakpoint
ALTER TABLE `users` ADD `consent` text;