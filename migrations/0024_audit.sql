-- What leaves no change row (refusals, wide reads, pulls, exports, imports, tokens, alarms), counted first where it comes
-- often; and the seals over both tables.
CREATE TABLE "audit_event" (
  "seq" INTEGER PRIMARY KEY,
  "kind" TEXT NOT NULL,
  "actor" TEXT NOT NULL,
  "subject" TEXT, -- the member or record that it is about
  "what" TEXT, -- a route, a kind of record, an alarm
  "n" INTEGER, -- rows or tries
  "at" INTEGER NOT NULL,
  "detail" TEXT, -- JSON; never a value of a record
  "once" TEXT -- what is said once
);
CREATE UNIQUE INDEX "audit_event_once" ON "audit_event" ("once") WHERE "once" IS NOT NULL;

-- Of a minute that is not over: rows and tries per member and route. Then it is one event.
CREATE TABLE "audit_count" (
  "kind" TEXT NOT NULL,
  "actor" TEXT NOT NULL,
  "what" TEXT NOT NULL,
  "minute" INTEGER NOT NULL,
  "n" INTEGER NOT NULL,
  PRIMARY KEY ("kind", "actor", "what", "minute")
) WITHOUT ROWID;

CREATE TABLE "audit_seal" (
  "n" INTEGER PRIMARY KEY,
  "change_from" INTEGER NOT NULL, -- from and to are both of the range; to is from - 1 where there are none
  "change_to" INTEGER NOT NULL,
  "event_from" INTEGER NOT NULL,
  "event_to" INTEGER NOT NULL,
  "first_at" INTEGER NOT NULL,
  "last_at" INTEGER NOT NULL,
  "at" INTEGER NOT NULL,
  "lines" INTEGER NOT NULL,
  "prev" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  "signature" TEXT NOT NULL,
  "dropped" TEXT NOT NULL -- JSON list of classes whose time is over
);
