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
//   - A hire date after the end is a rehire: until the end the worker is in their
//     former employment, from the hire date in the new one, and has left in
//     between. Where the one follows the other at once, as when a contractor is
//     taken on, there is no in between.
//   - Before the hire date (less EnableDays) a worker has not started, whatever
//     the status word: HR systems often call future hires inactive. While the
//     word is an inactive one, EnableDays does not enable early.
//   - An end that is over decides, even against an active status word: access
//     that lasts too long is the worse mistake.
//   - An end still to come with an active word, or none: active until then.
//   - An inactive word without an end, or before it: has left, since a day that
//     only Lifecycle.RecordIn can tell. That is also how a dismissal at once reads.
//   - A suspended word disables and starts no leaver ladder; OnLeave, or a word
//     of absence where on_leave is not given, is leave; all else is active.
//   - A termination date before the last day of work, and a hire date between the
//     two, cannot be: they are HR data errors.
//
// Words that mean left, unless InactiveStatuses lists others: Inactive,
// Terminated, Left, Retired, Discarded, Dismissed, Resigned, Deceased, Former,
// False, No, 0, T, R, O. Unless ActiveStatuses is given, Suspended, Dormant,
// Furlough, Furloughed, S, D and F mean suspended; On Leave, Leave, Leave of
// absence, Paid leave, Unpaid leave, P and U mean leave; every other word means
// active. The letters are those of SuccessFactors' emplStatus.
//
// Leaving starts a ladder: disabled, attributes replaced or cleared
// (LeaverAttributes), moved (LeaverContainer), retained, dropped from the
// accounts. A date that HR takes back, or a new hire date, leads back up. Days
// after leaving are over when the day ends that many days after the end does.
package mapping
