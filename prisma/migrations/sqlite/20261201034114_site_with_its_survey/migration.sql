-- CreateIndex
CREATE INDEX "Site_id_surveyId_idx" ON "Site"("id", "surveyId");
