// SPDX-License-Identifier: MPL-2.0

// Package reconcile makes a directory agree with account documents, and decides
// what may be done on the way. It knows nothing of Terraform.
//
// A [Population] is the documents of some workers: those that the state records
// ([Population.Before]) and those that are wanted. It lives through four stages:
//
//   - [Population.Refresh] reads what the directory holds now. An account that is
//     gone leaves the documents.
//   - [Population.Plan] says what a change would do that the documents do not show
//     by themselves, and refuses what could not be done, or must not.
//   - [Population.Apply] carries the change out, person by person, and returns
//     the documents as they are then. One person's failure stops nobody else.
//   - [Population.PlanEnd] and [Population.End] are the same for a population that ends.
//
// Each stage is one short life of a Population. What must outlive it is in
// [Memory]: which object belongs to which worker, which accounts were taken over
// and never changed, which directory they are in. Callers keep it beside the
// documents.
//
// # What a document asks for
//
// Most documents say what an account is to be. One with deleted = true asks for
// the deletion of a disabled account, and stays until the directory no longer
// has the account. One with released = true asks for nothing: the account is
// neither read nor written.
//
// A worker whose document is taken away is removed, which never is a decision of
// the rules: [Options.OnRemoval] says what happens to the account. An account that the
// population never changed, and one that is not known to be ours any more
// ([Verdict]), is released instead.
//
// # What is never done
//
// What somebody changed between plan and apply is not overwritten. An account
// that the plan took over and that is gone at apply is not created anew. Two
// populations do not manage one account ([Claims]). Accounts of one directory are
// not looked for in another ([Identity]).
//
// What there is to say is returned as [Findings], each with the worker or the
// argument it is about.
package reconcile
