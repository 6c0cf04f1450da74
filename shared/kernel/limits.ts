/**
 * Every bound of the product, with its reason. Numbers of the policy mirror the table in docs/spec/access.md;
 * a policy may lower them, never raise them.
 */
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export const limits = {
  // --- HTTP
  bodyBytesMax: 1_048_576, // one import chunk or a push of 200 mutations fits; a phone can still send it again
  listMax: 200, // contract
  listDefault: 50,

  // --- sync
  pageRowsMax: 500, // visible changes a page; the scan inside is not bounded by it, or others' work would show
  snapshotRowsMax: 2_000, // rows of wanted keys a page: columns need company to be small, a phone takes them in a frame or two
  pageBytesMax: 262_144, // visible bytes a page before compression: a weak signal brings 80 kB in seconds
  scanRowsMax: 20_000, // change rows read for one page; past it the page ends early but only on a mutation's end
  silenceMs: 20_000, // of an answer that has not come or has stopped coming; then the request is given up
  openMs: 4_000, // for the app to hear who is signed in, where the device remembers
  slowestBytesPerMs: 2, // what goes out slower than this (16 kbit/s) is given up with it
  pushMutationsMax: 50, // one D1 batch stays under 1,000 statements
  wantMax: 2_000, // keys asked for in one pull
  checkEveryMs: dayMs, // a device compares a sample of its keys with the edge
  checkPart: 7, // of its keys by a seventh, so that each is compared once in a week
  checkKeysMin: 20,
  checkKeysMax: 300, // a few thousand rows read
  driftMax: 1_000, // repairs reported at once
  removalsMax: 10_000, // more differences than this cost more than a reset
  guardTries: 3,
  leaseMs: 72 * hourMs, // device lease; as `leaseHours` below
  pollMs: minuteMs, // a lost poke costs at most this
  pullAtLeastMs: 10 * minuteMs, // of an open device, however often its hub says that there is nothing
  askHubMs: 5_000, // a hub that is silent for longer is not there
  pokeCoalesceMs: 250, // values change: a device in front hears within this, after a quiet time
  pokeBackgroundMs: 5_000, // and one that nobody looks at, or that hears without end, within this
  wordLateMs: 1_000, // between a commit and its word to the hub; later than this it was lost
  hubTailMax: 10_000, // headers in memory; some megabytes
  hotMs: 60 * dayMs, // changes and what rights were; a device that has heard nothing for longer starts anew
  hotSlackMs: dayMs, // kept beyond that: a commit's instant is taken before it is written, and machines differ
  segmentRows: 500, // changes that leave D1 in one piece
  segmentsPerRun: 20, // of the cron, every five minutes: 2.8 million changes a day
  sweepRows: 500, // rows looked at by one step of a sweep
  deviceDeadMs: 90 * dayMs, // without a pull; later than `hotMs`, so that it starts anew in any case
  deviceSeenMs: dayMs, // how exactly the last pull is known: a row written a day, not a pull
  outboxBytesMax: 512_000, // one mutation
  historyRowsMax: 500, // changes of a key looked back over for who wrote a value; older ones are said without a name

  // --- rooms (docs/spec/rooms.md)
  roomPingMs: 25_000, // of a client; a browser lets a hidden page's timers run once a minute
  heldTextsMax: 500, // sections that a device keeps for reading offline
  heldTextBytes: 16_777_216,

  // --- identity
  sessionTokenMs: 10 * minuteMs,
  freshMs: 5 * minuteMs, // how long a sign-in counts as fresh
  directoryStaleMs: 15 * minuteMs,
  roomTicketMs: 30_000,
  apiTokenDaysMax: 90,
  claimLinkMs: 24 * hourMs,
  codeMs: 10 * minuteMs,
  sessionMs: 30 * dayMs,

  // --- the lock of a device (SYNC-L3)
  pinDigitsMin: 6,
  pinRounds: 100_000, // of PBKDF2; a phone takes half a second for them
  pinTriesFree: 3, // then each wrong one costs twice the wait of the one before, from five seconds
  pinTriesMax: 10, // then the copy goes
  lockIdleMinutes: 30, // without a touch; a policy may set fewer, and with it asks for the lock

  // --- policy: what people can still read and review
  rolesBuiltIn: 14,
  rolesSoft: 20, // past it the publish preview warns
  rolesHard: 30,
  rolesPerMember: 4, // a base and its duties
  rulesPerEntity: 25,
  conditionDepth: 8,
  readPredicates: 50,
  guardrailsMax: 10,
  stageRulesMax: 60,
  maskStepsMax: 12, // finer bands tell the value
  maskLastMax: 6, // more of an account number or a phone than people need to tell two apart
  compartmentsMax: 8,
  groupsMax: 31, // a mask is one integer
  sentencesPerRule: 2,
  whereParametersMax: 80, // D1 allows 100
  sliceBytesMax: 20_480,
  policyAdminsMin: 2, // a second person for every widening
  policyAdminsSoft: 5, // past it the linter warns
  grantsAlikeSoft: 3, // members lent the same one by one: a rule would say it

  // --- exceptions from the policy, and how long they last
  grantDefaultDays: 3,
  grantMaxDays: 30,
  grantRenewalsMax: 2,
  senderKeepsDays: 30, // reading after a handoff
  handoffAnswerWorkingDays: 3,
  handoffMovesMax: 100, // records that change hands in one batch; what is more is given on one by one
  handoffLateWorkingDays: 1, // then the receiver's manager, or the queue's steward, sees that it waits
  shareDays: 30, // by hand, or with a mention
  escalationShareDays: 14,
  doneTaskShareDays: 7,
  coverDaysMax: 30,
  breakGlassMinutes: 60,
  breakGlassReviewWorkingDays: 3,
  approvalOpenDays: 14,
  approvalRemindDays: 2, // before it ends
  approvalUnusedDays: 3,
  reviewDays: 90,
  reviewSharpDays: 30, // of approve, export and govern
  reviewAnswerDays: 7,
  rightUnusedDays: 90,
  masksAlikePct: 95,
  refusedWordsDays: 7,
  privateAfterLeavingDays: 30,
  emailPauseMs: dayMs, // no approve or govern act after a second person changed the address
  reassignPerDayAlone: 20, // accounts, an actor
  exportRowsAlone: 2_000,
  bulkReadRowsADay: 1_000, // the alarm: more than this and than three times the member's own median
  bulkReadTimesMedian: 3,
  cutMs: 2_000, // until a cut reaches open sockets and rooms
  denialsPerMinute: 5, // written one by one, per member and route; the rest are counted
  leaseHours: 72,
  followAccounts: 5_000, // with what lies under them: 50,000 records at about ten an account
  followAccountsWide: 500, // of who reads every account
  followRecent: 200,
  followPinned: 100,

  // --- comments in a section
  quoteMax: 120, // characters: enough to find the place again by
  rangeEndMax: 88, // base64 of one end: two numbers of 32 bits and the name of a root, with room to spare
  commentMax: 4_000, // characters; what is longer belongs into the text

  // --- files (docs/spec/files.md)
  fileBytesMax: 26_214_400, // of one: a signed contract, a long presentation; it passes the Worker as a stream
  filesWaitMax: 20, // on a device, not sent yet
  filesWaitBytesMax: 104_857_600, // of these together: a browser on a phone gives that much and asks nobody
  photoEdgeMax: 2_048, // of a picture in pixels: what is written on a label can still be read

  // --- tasks and notices
  checklistMax: 100, // steps of a task
  doneDaysMax: 32, // days that a repeating task notes of itself
  staleAfterDays: 30, // an account that nobody touched for longer asks for attention
  finishDays: 14, // for as long Today asks for what a visit that was logged in a hurry left out
  noticeMarksMax: 50, // what became of notices, said at once
  noticesOpenMax: 50, // of a kind; the rest are one line
  noticeMergeMs: 5 * minuteMs, // the same about the same within this is one notice
  noticeIgnoredMs: 3 * dayMs, // shown this long without an act
  noticeWindowMs: 30 * dayMs, // over which that is counted, and for which it is kept
  noticeNoiseShown: 20, // from so many shown,
  noticeNoisePct: 60, // and so many of them ignored, the member is asked
  boardRowsMax: 10_000, // opportunities of a pipeline that a screen asks for online: fifty pages

  // --- acts on many rows of a list
  bulkRowsMax: 2_000, // each is a mutation of its own: forty pushes, under a minute on a phone
  pasteCellsMax: 5_000,

  // --- what an opportunity sells
  linesMax: 40, // people still read it, and a row of the database stays small
  lineQuantityMax: 100_000,
  lineUnitMinorMax: 2_000_000_000, // forty lines of the most stay exact: below 2^53
  stageReturnMs: 10 * minuteMs, // a step back within this was a slip of the hand: the stage counts as never left
  closeMovesMax: 2, // a close day that went back so often is slipping

  // --- text
  nameMax: 200,
  textMax: 500,
  longTextMax: 20_000,
  customBytesMax: 8_192,
  amountMinorMax: 9_000_000_000_000, // well inside 2^53, so that sums of a thousand stay exact
} as const;

/** Bounds that the edge alone goes by: a device does not carry them. */
export const edgeLimits = {
  // --- imports and exports (docs/spec/exchange.md)
  importUndoDays: 30, // what an import changed stands in the changes for longer (hotMs)
  importUnreadMax: 1_000, // rows of one portion that its reader could not take, each with a sentence
  importRunsShown: 100,
  exportLinkMs: hourMs, // for fetching what was asked for
  exportRowsMax: 200_000, // of one export; an organisation's archive has no bound

  // --- notices counted of all together (docs/spec/notices.md)
  heededMembersMin: 5, // of whom a number is told, or it is not
  heededStep: 5, // to which such numbers are rounded
  heededWeeks: 3,
  // --- rooms (docs/spec/rooms.md)
  frameBytesMax: 1_048_576,
  updateBytesMax: 1_000_000, // D1 and Durable Object rows stop at 2 MB in production, not locally
  sectionSoftBytes: 524_288,
  sectionHardBytes: 1_572_864,
  attachmentBytesMax: 12_000, // platform: 16,384 with framing
  openSectionsMax: 24, // a socket
  presenceBytesMax: 512,
  presencePerSecond: 10,
  clientIdsPerSocket: 8,
  structsMax: 20_000,
  deleteRangesMax: 10_000,
  nestingMax: 64,
  framesPerSecond: 60,
  framesBurst: 200,
  preAuthBytesMax: 5_242_880,
  preAuthFramesMax: 100,
  socketsPerRoom: 256,
  roomSilenceMs: 90_000, // a page that may ping only once a minute is not silent yet
  sendPingBytes: 262_144, // to a socket of a room, then it is asked whether it has read them
  sendSkipBytes: 1_048_576,
  sendCloseBytes: 4_194_304,
  memberHourWarnBytes: 524_288,
  memberHourFreezeBytes: 1_048_576,
  compactTailRows: 500,
  compactTailBytes: 65_536,
  strikesMax: 3,
  wordsTextMax: 262_144, // characters of a section's text that the database keeps; D1 stores rows of 2 MB
  wordsListMax: 500, // mentions, checklist items and links of a section, each
  rightsReadMs: minuteMs, // backstop read of a room with traffic

  // --- twins (docs/spec/duplicates.md)
  mergeUndoMs: 30 * dayMs, // well inside `hotMs`: the history that undoes it is in the database
  twinAsksPerHour: 20, // whether a colleague has something similar: a person at work asks a few times a day
  twinAsksPerDay: 60,

  // --- audit (docs/spec/audit.md)
  bulkReadRowsNew: 60_000, // of who has no days to compare with: more than a first copy holds
  auditReadDays: 180, // refusals, wide reads, pulls: what alarms and a leaver's trace look back over
  auditExitDays: 1_095, // exports and imports
  auditRangeRows: 500, // of changes and of events, closed by one seal: some thousand hashes, under a second
  auditRangesPerRun: 40, // of the cron, every five minutes: 5 million changes a day
  auditScanRows: 5_000, // looked at for one page of the stream
  auditExportRows: 10_000, // of the stream, at once
  wideReadRows: 200, // read by one member of one kind within a minute: a whole page and more is written down
  viewAsMs: 30 * minuteMs, // a look through another's eyes; then it is announced anew
  alarmDenialsAnHour: 60, // of a member: a screen that was left open asks less
  alarmExportsAnHour: 3,
  alarmQuietFrom: 22, // hours of the member's zone in which what leaves, or is read widely, is told
  alarmQuietUntil: 6,
  alarmDaysMin: 5, // with reads behind them, before a member's own median says anything
} as const;
