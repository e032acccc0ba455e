-- DropForeignKey
ALTER TABLE `Observation` DROP FOREIGN KEY `Observation_authorId_fkey`;

-- AlterTable
ALTER TABLE `Observation` DROP INDEX `Observation_authorId_idx`,
    ADD INDEX `Observation_authorId_status_idx`(`authorId`, `status`);

-- AddForeignKey
ALTER TABLE `Observation` ADD CONSTRAINT `Observation_authorId_fkey` FOREIGN KEY (`authorId`) REFERENCES `User`(`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
