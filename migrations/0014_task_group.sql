-- A task of a note that is not for all who see tasks there (SECTION-12); NULL: for all of them. Never again for more.
ALTER TABLE "task" ADD COLUMN "group" TEXT;
CREATE TRIGGER "task_group" BEFORE UPDATE OF "group" ON "task"
WHEN OLD."group" IS NOT NULL AND NEW."group" IS NULL BEGIN
  SELECT RAISE(ABORT, 'a task of a narrow note is not widened');
END;
