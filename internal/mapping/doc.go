// SPDX-License-Identifier: MPL-2.0

// Package mapping turns a worker into the account they should have: scope,
// lifecycle, attribute rules. It is pure: the same rules, worker and instant
// always give the same account. Random functions are seeded with the worker id
// and the attribute, so they too give the same value every time.
//
// # Values
//
// A text of nothing but white space and control characters counts as null;
// other values are taken as they are, untrimmed. A text with a NUL character is
// an error, and so is any other control character in a name. Several values are
// a set: sorted, without repetitions. Whatever the target's schema, the rules
// for names or the syntax of paths do not allow is an HR data error that names
// the worker, the attribute, the value and the rule.
//
// # Dates and status words
//
// Every date is a day at the worker's place: in their own time zone, else in
// Lifecycle.TimeZone, else in UTC.
//
//   - The end is the last day of work or the termination date, as DisableAt says;
//     the other one where the HR system gives only that. It is over when that
//     day ends.
//   - What the status word means, the lists of Lifecycle say, and then package
//     status. A word that neither knows is an UnknownStatusError, unless an end
//     that is over decides. No word: only the dates count.
//   - An end that is over decides, even against an active status word: access
//     that lasts too long is the worse mistake.
//   - An end still to come with an active word, or none: active until then.
//   - A word for left without an end, or before it: has left, since a day that
//     only the directory can tell. That is also how a dismissal at once reads.
//   - A word for never having started: no account, and one that exists is a leaver's.
//   - Before the hire date (less EnableDays) a worker has not started, whatever
//     the word: HR systems often call future hires inactive. While the word means
//     left, EnableDays does not enable early.
//   - A word for left with a hire date to come, before PrehireDays: who has an account
//     is a leaver who is booked to return; nobody else gets one yet.
//   - A word for a hire to come without a hire date: disabled, and no account before the date is known
//     if PrehireDays are set. With a hire date that has come it is a contradiction.
//   - A hire date after the end is a rehire: until the end the worker is in their
//     former employment, from the hire date in the new one, and has left in
//     between. That needs a former employment: while the end is still to come, only
//     an account that is enabled, or a word for leave or suspension, shows one. Without it the hire
//     may have been taken back: by an end on the day before the hire date, which gives no
//     account and is a contradiction once the hire date has come; any other end to come is a
//     contradiction at once.
//   - A suspended word disables and starts no leaver ladder; OnLeave, or a word
//     of absence where on_leave is not given, is leave; all else is active.
//   - A termination date before the last day of work, and a hire date between the
//     two, cannot be: they are HR data errors.
//
// A contradiction is Desired.Doubt: the account stays as it is. Where an answer rests on the
// account, Desired.DependsOnAccount says so and EvaluateKnown is told.
//
// Leaving starts a ladder: disabled, attributes replaced or cleared
// (LeaverAttributes), moved (LeaverContainer), stripped of groups. A date that HR takes
// back, or a new hire date, leads back up. Days after leaving are over when the
// day ends that many days after the end does. Deletion is the last rung, and not in
// this package: it waits until the directory has had the account disabled for RetentionDays.
package mapping
