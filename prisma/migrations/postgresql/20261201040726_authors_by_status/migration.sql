-- DropIndex
DROP INDEX "Observation_authorId_idx";

-- CreateIndex
CREATE INDEX "Observation_authorId_status_idx" ON "Observation"("authorId", "status");
