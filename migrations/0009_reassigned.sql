-- How many accounts a member gave to others on a day (UTC) without a second person (ACCESS-R58).
CREATE TABLE "reassigned" (
  "actor" TEXT NOT NULL,
  "day" INTEGER NOT NULL,
  "n" INTEGER NOT NULL,
  PRIMARY KEY ("actor", "day")
) WITHOUT ROWID;
