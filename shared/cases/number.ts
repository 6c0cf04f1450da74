/** What people call a case by: the end of its id, since a device that is offline can't ask for the next number. */
export const caseNumber = (record: string): string => `CS-${record.slice(-6).toUpperCase()}`;
