// SPDX-License-Identifier: MPL-2.0

// Package ldapconn connects to Active Directory over LDAP.
//
// A [Client] pins one writable domain controller for its lifetime and keeps a
// small pool of connections to it, because what was written to one controller
// is visible on another only after replication. Until the first write a
// controller that dies is replaced by the next one; afterwards its loss is an
// error, since going on elsewhere would read and write a past state.
//
// Nothing is contacted before the first call that needs the directory. Every
// connection is encrypted (LDAPS or StartTLS, TLS 1.2 or later, certificate
// verified): there is no option to weaken this, because account passwords
// travel over it.
package ldapconn
