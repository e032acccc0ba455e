-- CreateTable
CREATE TABLE `Country` (
    `code` VARCHAR(255) NOT NULL,
    `name` VARCHAR(255) NOT NULL,
    `officialName` LONGTEXT NOT NULL,
    `region` VARCHAR(255) NOT NULL,
    `subregion` LONGTEXT NULL,
    `capital` LONGTEXT NULL,
    `area` DOUBLE NOT NULL,
    `landlocked` BOOLEAN NOT NULL,
    `independent` BOOLEAN NULL,
    `flag` LONGTEXT NOT NULL,
    INDEX `Country_name_idx`(`name`),
    INDEX `Country_region_idx`(`region`),
    PRIMARY KEY (`code`)
);

-- CreateTable
CREATE TABLE `Language` (
    `code` VARCHAR(255) NOT NULL,
    `name` LONGTEXT NOT NULL,
    PRIMARY KEY (`code`)
);

-- CreateTable
CREATE TABLE `Currency` (
    `code` VARCHAR(255) NOT NULL,
    `name` LONGTEXT NOT NULL,
    `symbol` LONGTEXT NULL,
    PRIMARY KEY (`code`)
);

-- CreateTable
CREATE TABLE `City` (
    `id` INTEGER NOT NULL AUTO_INCREMENT,
    `name` VARCHAR(255) NOT NULL,
    `latitude` DECIMAL(65,30) NOT NULL,
    `longitude` DECIMAL(65,30) NOT NULL,
    `admin1` LONGTEXT NULL,
    `admin2` LONGTEXT NULL,
    `countryCode` VARCHAR(255) NOT NULL,
    INDEX `City_name_idx`(`name`),
    UNIQUE INDEX `City_countryCode_name_latitude_longitude_key`(`countryCode`, `name`, `latitude`, `longitude`),
    PRIMARY KEY (`id`)
);

-- CreateTable
CREATE TABLE `Organization` (
    `id` VARCHAR(255) NOT NULL,
    `slug` VARCHAR(255) NOT NULL,
    `name` LONGTEXT NOT NULL,
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    UNIQUE INDEX `Organization_slug_key`(`slug`),
    PRIMARY KEY (`id`)
);

-- CreateTable
CREATE TABLE `Membership` (
    `userId` VARCHAR(255) NOT NULL,
    `organizationId` VARCHAR(255) NOT NULL,
    `role` ENUM('OWNER', 'EDITOR', 'REVIEWER', 'MEMBER') NOT NULL DEFAULT 'MEMBER',
    `joinedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    INDEX `Membership_organizationId_role_idx`(`organizationId`, `role`),
    PRIMARY KEY (`userId`, `organizationId`)
);

-- CreateTable
CREATE TABLE `Survey` (
    `id` VARCHAR(255) NOT NULL,
    `title` VARCHAR(255) NOT NULL,
    `description` LONGTEXT NULL,
    `visibility` ENUM('PUBLIC', 'PRIVATE') NOT NULL DEFAULT 'PRIVATE',
    `startsOn` DATETIME(3) NULL,
    `endsOn` DATETIME(3) NULL,
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `updatedAt` DATETIME(3) NOT NULL,
    `organizationId` VARCHAR(255) NOT NULL,
    INDEX `Survey_visibility_idx`(`visibility`),
    UNIQUE INDEX `Survey_organizationId_title_key`(`organizationId`, `title`),
    PRIMARY KEY (`id`)
);

-- CreateTable
CREATE TABLE `Site` (
    `id` VARCHAR(255) NOT NULL,
    `name` VARCHAR(255) NOT NULL,
    `latitude` DECIMAL(65,30) NOT NULL,
    `longitude` DECIMAL(65,30) NOT NULL,
    `elevationMeters` INTEGER NULL,
    `surveyId` VARCHAR(255) NOT NULL,
    `cityId` INTEGER NOT NULL,
    INDEX `Site_cityId_idx`(`cityId`),
    UNIQUE INDEX `Site_surveyId_name_key`(`surveyId`, `name`),
    PRIMARY KEY (`id`)
);

-- CreateTable
CREATE TABLE `Observation` (
    `id` VARCHAR(255) NOT NULL,
    `quantity` LONGTEXT NOT NULL,
    `value` DECIMAL(65,30) NOT NULL,
    `unit` LONGTEXT NOT NULL,
    `measuredAt` DATETIME(3) NOT NULL,
    `status` ENUM('DRAFT', 'SUBMITTED', 'PUBLISHED', 'REJECTED') NOT NULL DEFAULT 'DRAFT',
    `details` LONGTEXT NULL CHECK (json_valid(`details`)),
    `rawFrame` LONGBLOB NULL,
    `serialNumber` BIGINT NULL,
    `internalNote` LONGTEXT NULL,
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `updatedAt` DATETIME(3) NOT NULL,
    `siteId` VARCHAR(255) NOT NULL,
    `authorId` VARCHAR(255) NOT NULL,
    `reviewerId` VARCHAR(255) NULL,
    `correctsId` VARCHAR(255) NULL,
    INDEX `Observation_siteId_measuredAt_idx`(`siteId`, `measuredAt`),
    INDEX `Observation_status_measuredAt_idx`(`status`, `measuredAt`),
    INDEX `Observation_measuredAt_idx`(`measuredAt`),
    INDEX `Observation_authorId_idx`(`authorId`),
    INDEX `Observation_reviewerId_idx`(`reviewerId`),
    INDEX `Observation_correctsId_idx`(`correctsId`),
    PRIMARY KEY (`id`)
);

-- CreateTable
CREATE TABLE `Comment` (
    `id` VARCHAR(255) NOT NULL,
    `body` LONGTEXT NOT NULL,
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `observationId` VARCHAR(255) NOT NULL,
    `authorId` VARCHAR(255) NOT NULL,
    INDEX `Comment_observationId_createdAt_idx`(`observationId`, `createdAt`),
    INDEX `Comment_authorId_idx`(`authorId`),
    PRIMARY KEY (`id`)
);

-- CreateTable
CREATE TABLE `Tag` (
    `slug` VARCHAR(255) NOT NULL,
    `label` LONGTEXT NOT NULL,
    PRIMARY KEY (`slug`)
);

-- CreateTable
CREATE TABLE `User` (
    `id` VARCHAR(255) NOT NULL,
    `email` VARCHAR(255) NOT NULL,
    `name` LONGTEXT NOT NULL,
    `passwordHash` LONGTEXT NULL,
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    UNIQUE INDEX `User_email_key`(`email`),
    PRIMARY KEY (`id`)
);

-- CreateTable
CREATE TABLE `RoleGrant` (
    `userId` VARCHAR(255) NOT NULL,
    `role` ENUM('ADMIN', 'EDITOR', 'REVIEWER') NOT NULL,
    PRIMARY KEY (`userId`, `role`)
);

-- CreateTable
CREATE TABLE `Session` (
    `id` VARCHAR(255) NOT NULL,
    `handle` LONGTEXT NOT NULL,
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `lastUsedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `expiresAt` DATETIME(3) NOT NULL,
    `roles` LONGTEXT NOT NULL,
    `device` LONGTEXT NULL,
    `network` LONGTEXT NULL,
    `userId` VARCHAR(255) NOT NULL,
    INDEX `Session_userId_idx`(`userId`),
    INDEX `Session_expiresAt_idx`(`expiresAt`),
    PRIMARY KEY (`id`)
);

-- CreateTable
CREATE TABLE `ApiToken` (
    `id` VARCHAR(255) NOT NULL,
    `name` LONGTEXT NOT NULL,
    `secretHash` LONGTEXT NOT NULL,
    `scopes` LONGTEXT NOT NULL,
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `expiresAt` DATETIME(3) NOT NULL,
    `lastUsedAt` DATETIME(3) NULL,
    `revokedAt` DATETIME(3) NULL,
    `userId` VARCHAR(255) NOT NULL,
    INDEX `ApiToken_userId_idx`(`userId`),
    PRIMARY KEY (`id`)
);

-- CreateTable
CREATE TABLE `AuditEntry` (
    `id` VARCHAR(255) NOT NULL,
    `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `actorKind` LONGTEXT NOT NULL,
    `actorId` VARCHAR(255) NULL,
    `model` VARCHAR(255) NOT NULL,
    `key` VARCHAR(255) NOT NULL,
    `verb` ENUM('CREATE', 'UPDATE', 'DELETE') NOT NULL,
    `changes` LONGTEXT NOT NULL CHECK (json_valid(`changes`)),
    `requestId` LONGTEXT NULL,
    INDEX `AuditEntry_model_key_idx`(`model`, `key`),
    INDEX `AuditEntry_actorId_idx`(`actorId`),
    PRIMARY KEY (`id`)
);

-- CreateTable
CREATE TABLE `IdempotencyRecord` (
    `scope` VARCHAR(255) NOT NULL,
    `key` VARCHAR(255) NOT NULL,
    `step` INTEGER NOT NULL,
    `bodyHash` LONGTEXT NOT NULL,
    `outcome` LONGTEXT NOT NULL,
    `expiresAt` DATETIME(3) NOT NULL,
    INDEX `IdempotencyRecord_expiresAt_idx`(`expiresAt`),
    PRIMARY KEY (`scope`, `key`, `step`)
);

-- CreateTable
CREATE TABLE `MailedLink` (
    `id` VARCHAR(255) NOT NULL,
    `purpose` LONGTEXT NOT NULL,
    `email` VARCHAR(255) NOT NULL,
    `name` LONGTEXT NULL,
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `expiresAt` DATETIME(3) NOT NULL,
    `userId` VARCHAR(255) NULL,
    INDEX `MailedLink_userId_idx`(`userId`),
    INDEX `MailedLink_email_idx`(`email`),
    INDEX `MailedLink_expiresAt_idx`(`expiresAt`),
    PRIMARY KEY (`id`)
);

-- CreateTable
CREATE TABLE `TotpSecret` (
    `userId` VARCHAR(255) NOT NULL,
    `secret` LONGTEXT NOT NULL,
    `confirmedAt` DATETIME(3) NULL,
    `lastTimeStep` INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (`userId`)
);

-- CreateTable
CREATE TABLE `RecoveryCode` (
    `id` VARCHAR(255) NOT NULL,
    `userId` VARCHAR(255) NOT NULL,
    INDEX `RecoveryCode_userId_idx`(`userId`),
    PRIMARY KEY (`id`)
);

-- CreateTable
CREATE TABLE `_CountryToLanguage` (
    `A` VARCHAR(255) NOT NULL,
    `B` VARCHAR(255) NOT NULL,
    UNIQUE INDEX `_CountryToLanguage_AB_unique`(`A`, `B`),
    INDEX `_CountryToLanguage_B_index`(`B`)
);

-- CreateTable
CREATE TABLE `_CountryToCurrency` (
    `A` VARCHAR(255) NOT NULL,
    `B` VARCHAR(255) NOT NULL,
    UNIQUE INDEX `_CountryToCurrency_AB_unique`(`A`, `B`),
    INDEX `_CountryToCurrency_B_index`(`B`)
);

-- CreateTable
CREATE TABLE `_Borders` (
    `A` VARCHAR(255) NOT NULL,
    `B` VARCHAR(255) NOT NULL,
    UNIQUE INDEX `_Borders_AB_unique`(`A`, `B`),
    INDEX `_Borders_B_index`(`B`)
);

-- CreateTable
CREATE TABLE `_ObservationToTag` (
    `A` VARCHAR(255) NOT NULL,
    `B` VARCHAR(255) NOT NULL,
    UNIQUE INDEX `_ObservationToTag_AB_unique`(`A`, `B`),
    INDEX `_ObservationToTag_B_index`(`B`)
);

-- AddForeignKey
ALTER TABLE `City` ADD CONSTRAINT `City_countryCode_fkey` FOREIGN KEY (`countryCode`) REFERENCES `Country`(`code`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Membership` ADD CONSTRAINT `Membership_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Membership` ADD CONSTRAINT `Membership_organizationId_fkey` FOREIGN KEY (`organizationId`) REFERENCES `Organization`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Survey` ADD CONSTRAINT `Survey_organizationId_fkey` FOREIGN KEY (`organizationId`) REFERENCES `Organization`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Site` ADD CONSTRAINT `Site_surveyId_fkey` FOREIGN KEY (`surveyId`) REFERENCES `Survey`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Site` ADD CONSTRAINT `Site_cityId_fkey` FOREIGN KEY (`cityId`) REFERENCES `City`(`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Observation` ADD CONSTRAINT `Observation_siteId_fkey` FOREIGN KEY (`siteId`) REFERENCES `Site`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Observation` ADD CONSTRAINT `Observation_authorId_fkey` FOREIGN KEY (`authorId`) REFERENCES `User`(`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Observation` ADD CONSTRAINT `Observation_reviewerId_fkey` FOREIGN KEY (`reviewerId`) REFERENCES `User`(`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Observation` ADD CONSTRAINT `Observation_correctsId_fkey` FOREIGN KEY (`correctsId`) REFERENCES `Observation`(`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Comment` ADD CONSTRAINT `Comment_observationId_fkey` FOREIGN KEY (`observationId`) REFERENCES `Observation`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Comment` ADD CONSTRAINT `Comment_authorId_fkey` FOREIGN KEY (`authorId`) REFERENCES `User`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `RoleGrant` ADD CONSTRAINT `RoleGrant_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Session` ADD CONSTRAINT `Session_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `ApiToken` ADD CONSTRAINT `ApiToken_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `MailedLink` ADD CONSTRAINT `MailedLink_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `TotpSecret` ADD CONSTRAINT `TotpSecret_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `RecoveryCode` ADD CONSTRAINT `RecoveryCode_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_CountryToLanguage` ADD CONSTRAINT `_CountryToLanguage_A_fkey` FOREIGN KEY (`A`) REFERENCES `Country`(`code`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_CountryToLanguage` ADD CONSTRAINT `_CountryToLanguage_B_fkey` FOREIGN KEY (`B`) REFERENCES `Language`(`code`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_CountryToCurrency` ADD CONSTRAINT `_CountryToCurrency_A_fkey` FOREIGN KEY (`A`) REFERENCES `Country`(`code`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_CountryToCurrency` ADD CONSTRAINT `_CountryToCurrency_B_fkey` FOREIGN KEY (`B`) REFERENCES `Currency`(`code`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_Borders` ADD CONSTRAINT `_Borders_A_fkey` FOREIGN KEY (`A`) REFERENCES `Country`(`code`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_Borders` ADD CONSTRAINT `_Borders_B_fkey` FOREIGN KEY (`B`) REFERENCES `Country`(`code`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_ObservationToTag` ADD CONSTRAINT `_ObservationToTag_A_fkey` FOREIGN KEY (`A`) REFERENCES `Observation`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_ObservationToTag` ADD CONSTRAINT `_ObservationToTag_B_fkey` FOREIGN KEY (`B`) REFERENCES `Tag`(`slug`) ON DELETE CASCADE ON UPDATE CASCADE;
