/** Free ports, and who holds a taken one. Only loopback. */
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";

/** True if nobody listens on the port. */
export function portIsFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(address.port));
    });
  });
}

/** `{pid, command}` of the process that listens on the port, or null where /proc can't tell (not Linux, not ours). */
export function portOwner(port) {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes = new Set();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of readText(table).split("\n").slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (local?.endsWith(`:${hexPort}`) && state === "0A") inodes.add(`socket:[${inode}]`);
    }
  }
  if (inodes.size === 0) return null;
  for (const pid of readNames("/proc").filter((name) => /^\d+$/.test(name))) {
    const holds = readNames(`/proc/${pid}/fd`).some((fd) => inodes.has(readLink(`/proc/${pid}/fd/${fd}`)));
    if (holds)
      return {
        pid: Number(pid),
        command: readText(`/proc/${pid}/cmdline`).split("\0").filter(Boolean).slice(0, 3).join(" "),
      };
  }
  return null;
}

// A process may end while it is looked at, and others' are not readable: both mean "not this one".
function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
function readNames(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
function readLink(path) {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
