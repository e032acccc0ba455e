-- CreateEnum
CREATE TYPE "ImportState" AS ENUM ('RUNNING', 'FINISHED', 'STOPPED');

-- CreateTable
CREATE TABLE "Import" (
    "id" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "state" "ImportState" NOT NULL DEFAULT 'RUNNING',
    "records" INTEGER NOT NULL DEFAULT 0,
    "created" INTEGER NOT NULL DEFAULT 0,
    "updated" INTEGER NOT NULL DEFAULT 0,
    "same" INTEGER NOT NULL DEFAULT 0,
    "skipped" INTEGER NOT NULL DEFAULT 0,
    "denied" INTEGER NOT NULL DEFAULT 0,
    "conflicts" INTEGER NOT NULL DEFAULT 0,
    "refused" INTEGER NOT NULL DEFAULT 0,
    "errors" JSON NOT NULL,
    "startedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "finishedAt" TIMESTAMP(3),
    "userId" TEXT,
    "settings" JSON NOT NULL,
    "refusedBytes" INTEGER NOT NULL DEFAULT 0,
    "consumed" TEXT NOT NULL,
    "running" TEXT,
    "lease" TEXT,
    "leaseUntil" TIMESTAMP(3),

    CONSTRAINT "Import_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Import_running_key" ON "Import"("running");

-- CreateIndex
CREATE INDEX "Import_userId_idx" ON "Import"("userId");
