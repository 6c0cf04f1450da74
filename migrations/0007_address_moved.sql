-- The address is the person: when it moves, what was proven by the old one is over. The row by which somebody signs in
-- goes, with it codes on their way (they look for it) and identities linked at a provider; it is made again for whoever
-- proves the new address.
CREATE TRIGGER "member_address_moved" AFTER UPDATE ON "member"
WHEN NEW."email" IS NOT OLD."email" BEGIN
  DELETE FROM "auth_account" WHERE "user_id" = NEW."id";
  DELETE FROM "auth_user" WHERE "id" = NEW."id";
END;
