import type { CommandId } from "../../commands/table.ts";

/** Commands by name, as a line of the palette and of help. */
const names: { readonly [id in CommandId]: string } = {
  "account.log": "Log on this account",
  "account.handOver": "Hand this account over",
  "account.pin": "Keep this account on this device, or no longer",
  "account.timeline": "Show this account's timeline",
  "account.notes": "Show this account's notes",
  "account.opportunities": "Show this account's opportunities",
  "account.cases": "Show this account's cases",
  "account.handoffs": "Show this account's handoffs",
  "account.files": "Show this account's files",
  "case.resolve": "Resolve this case",
  "case.reassign": "Give this case to somebody",
  "case.escalate": "Escalate this case",
  "handoff.accept": "Accept this handoff",
  "handoff.return": "Return this handoff",
  "today.done": "Done",
  "today.later": "Put off",
  "today.approve": "Approve or accept",
  "today.edit": "Open to edit",
  "list.find": "Find in this list",
  "list.filter": "Filter this list",
  "row.next": "Next row",
  "row.previous": "Row before",
  "row.down": "Next row, in a list that has the focus",
  "row.up": "Row before, in a list that has the focus",
  "row.open": "Open the row",
  "row.peek": "Look at the row beside the list",
  "row.select": "Select the row",
  "row.selectNext": "Select on to the next row",
  "row.selectPrevious": "Select back to the row before",
  "row.selectAll": "Select all rows",
  "row.change": "Change a field of the selected rows",
  "row.give": "Change the owner of the selected rows",
  "row.cells": "Into the cells of the row; F2 edits one, Esc leads out",
  "row.pin": "Keep on this device, or no longer",
  "row.remove": "Remove from this device",
  "row.close": "Close what is open beside the list",
  "stage.choose": "Choose a stage",
  "stage.back": "Move one stage back",
  "stage.on": "Move one stage on",
  "case.new": "New case",
  "lead.new": "New lead",
  "person.new": "New person",
  "task.new": "New task",
  "visit.log": "Log a visit",
  "case.add": "New case",
  "lead.add": "New lead",
  "account.add": "New account",
  "go.today": "Go to Today",
  "go.accounts": "Go to Accounts",
  "go.contacts": "Go to People",
  "go.leads": "Go to Leads",
  "go.pipeline": "Go to Pipeline",
  "go.cases": "Go to Cases",
  "go.handoffs": "Go to Handoffs",
  "go.notices": "Open notices",
  "go.quality": "Go to Data quality",
  "go.settings": "Go to Settings",
  "go.access": "Go to Access",
  "go.audit": "Go to Audit",
  "twins.merge": "Merge the two",
  "twins.apart": "Say that they are two",
  "app.palette": "Search and commands",
  "app.find": "Search",
  "app.help": "Show all keys",
  "app.undo": "Undo",
  "app.sidebar": "Show or hide the sidebar",
  "app.attention": "Show what needs attention",
  "app.sync": "Sync now",
  "theme.system": "Theme: system",
  "theme.light": "Theme: light",
  "theme.dark": "Theme: dark",
  "language.en": "Language: English",
  "language.zh-CN": "Language: 简体中文",
  "app.update": "Load the new version",
  "app.signOut": "Sign out",
};
export const commandsEn = {
  ...names,
  /** What else they are called, one a line. */
  also: `account.log write call meeting
    account.handOver pass on transfer reassign
    account.pin follow offline
    visit.log call meeting activity note
    task.new to-do reminder add create
    case.new add create problem
    case.add add create problem
    lead.new add create
    lead.add add create
    account.add add create customer organisation
    go.today home start
    go.contacts contacts
    go.pipeline opportunities board forecast
    go.quality duplicates twins merge clean tidy missing stale
    go.settings preferences device lock
    go.access administration policy roles rights permissions
    go.audit log history who did
    go.notices notifications bell
    app.help keyboard shortcuts help
    app.attention refused not accepted
    app.sync send refresh pull push
    theme.dark night colours appearance
    theme.light day colours appearance
    theme.system automatic colours appearance
    app.update reload
    app.signOut log out leave quit`,
  space: "Space",
  del: "Del",
  "part.page": "On this page",
  "part.list": "In this list",
  "part.make": "Make",
  "part.go": "Go to",
  "part.app": "Everywhere",
  commands: "Commands",
  lately: "Opened lately",
  help: "Keys",
  helpWhy: "Keys of a single letter mean nothing while you type.",
  newAccount: "New account",
  accountName: "Name",
  nextAction: "Next action",
  make: "Make",
  needsName: "An account needs a name.",
  made: (name: string) => `${name} is made. It is yours.`,
};
