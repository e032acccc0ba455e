-- AlterTable
ALTER TABLE `Site` ADD INDEX `Site_id_surveyId_idx`(`id`, `surveyId`);
