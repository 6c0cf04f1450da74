import { createRooms, type Rooms } from "../data/rooms.ts";
import { useSession } from "../shell/context.ts";

/** The rooms of this session, made when the first note is opened: the shell does not load what only notes need. */
export function useRooms(): Rooms {
  const session = useSession();
  return (session.rooms.current ??= createRooms(session.data));
}
