const plural = (n: number, one: string, other: string) => `${n.toLocaleString("en")} ${n === 1 ? one : other}`;

/** The lock of this device, and what stands before it. */
export const lockEn = {
  leaseWhy:
    "This device has not heard from the server for a long time. What it keeps stays closed until it has, so that rights that ended meanwhile end here too.",
  unsent: (n: number) => `${plural(n, "change is", "changes are")} kept here, unsent`,
  title: "This device is locked",
  why: (name: string) => `The copy of ${name} on this device is sealed. Your PIN opens it, also offline.`,
  makeTitle: "Set a PIN for this device",
  makeWhy:
    "Your organisation asks for a lock. What this device keeps is sealed under a PIN that only you know and that never leaves it.",
  pin: "PIN",
  newPin: (digits: number) => `New PIN, at least ${digits} digits`,
  badPin: (digits: number) => `At least ${digits} digits, not all the same and not in a row.`,
  pinAgain: "The same PIN again",
  pinDiffers: "That is not the same PIN.",
  setPin: "Set PIN",
  open: "Unlock",
  wrong: (left: number) => `That is not the PIN. ${plural(left, "try", "tries")} left.`,
  wrongWait: (left: number, seconds: number) =>
    `That is not the PIN. Wait ${seconds} s. ${plural(left, "try", "tries")} left before the copy is removed.`,
  usePasskey: "Use passkey",
  addPasskey: "Add passkey",
  passkeyAdded: "The passkey opens this device too",
  passkeyFailed: "That passkey can't open this device.",
  forgot: "Forgot the PIN?",
  forgotWhy: (n: number) =>
    n > 0
      ? `Nobody can open the copy without it. Signing out removes it with ${plural(n, "unsent change", "unsent changes")}.`
      : "Nobody can open the copy without it. Signing out removes it; all of it was sent.",
  leave: "Remove copy and sign out",
  setting: "Lock",
  settingWhy:
    "With a PIN, what this device keeps is sealed on its disk and closes after some minutes without a touch. A short PIN slows down whoever has copied the disk; it does not stop them.",
  isSet: "A PIN is set.",
  demanded: "Your organisation asks for it.",
  remove: "Remove lock",
  needsNetwork: "You are offline. Unlocking needs a network.",
};
