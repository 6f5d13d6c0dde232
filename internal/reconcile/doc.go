// SPDX-License-Identifier: MPL-2.0

// Package reconcile makes directories and HR systems agree with documents, and decides
// what may be done on the way. It knows nothing of Terraform, and no directory but by
// its interface.
//
// There are four kinds of work. Each value stands for one resource in one call of Terraform: the caller fills it
// in, calls one stage, and drops it.
//
//   - [Population]: the accounts of people, by worker id.
//   - [GroupRules]: the members of many groups, by rules over accounts.
//   - [GroupMembers]: the members of one group, by a list.
//   - [Writeback]: values that go back to the HR system, by worker id.
//
// All live through the same stages. Refresh (or Read) says what is there now. Plan says
// what a change would do that the documents do not show by themselves, and refuses what
// could not be done, or must not. Apply carries it out, one person or group after the
// other, and returns the documents as they are then: one failure stops nobody else.
// PlanEnd and End are the same for a resource that ends. The example of [Population] goes through them.
//
// # Findings
//
// A stage returns its errors and warnings as [Findings], each with severity, title, text, and
// the worker or the argument that it is about. Errors of a directory that say the same of many people
// become one finding ([Findings.Grouped]).
//
// # Documents
//
// Callers hand over what the state records (Before) and what is wanted, as texts. Most account
// documents say what an account is to be. One with deleted = true asks for
// the deletion of a disabled account, and stays until the directory no longer
// has the account. One with released = true asks for nothing: the account is
// neither read nor written.
//
// A worker whose document is taken away is removed, which never is a decision of
// the rules: [Options.OnRemoval] says what happens to the account. An account that the
// population never changed, and one that is not known to be ours any more
// ([Verdict]), is released instead. Of several accounts that carry the id of somebody who has left, the one
// that the population managed as theirs is disabled ([LeftUnclear]).
//
// # What outlives a call
//
// [Memory] is what must outlive the process: which object belongs to which worker, which
// accounts were taken over and never changed, which directory they are in. Callers keep it
// beside the documents, as they do with [KnownGroup] and the ids of [GroupMembers].
//
// What the resources of one run have to know of each other is in [Claims] (accounts),
// [GroupClaims] (members and names of groups) and [Verdicts] (why an account has no
// document). These last as long as the process.
//
// # What is never done
//
// What somebody changed between plan and apply is not overwritten. An account
// that the plan took over and that is gone at apply is not created anew. Two
// resources do not manage one account, or the members of one group against each other.
// Accounts of one directory are not looked for in another ([Identity]). A problem of one person sets
// that person aside, and everybody else goes on.
package reconcile
