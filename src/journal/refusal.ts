/** Why something was refused, in the developer’s voice: for the journal, the log and the page, never the wire. */
export interface Refusal {
  /** The rule that was broken, as a sentence: "The redirect URI is registered for the client." */
  rule: string;
  /** The parameter, header, cookie or field at fault, where it is one. */
  parameter?: string;
  /** What was received. Secrets never stand here. */
  found: string;
  /** What would have been right. */
  expected: string;
  /** What to change, and where. */
  mend: string;
  /** The section of the specification, or the fact about CIS2. */
  specification: string;
}
