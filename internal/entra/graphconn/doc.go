// SPDX-License-Identifier: MPL-2.0

// Package graphconn speaks to Microsoft Graph: it signs in, sends requests alone
// and in batches, keeps to what the tenant allows, and explains what went wrong.
// It knows nothing about users or groups.
//
// Tokens come from azidentity, and values are read with the models of
// msgraph-sdk-go. Requests are sent with net/http rather than with the SDK's
// adapter, whose parts do not hold under load: kiota-http-go v1.5.4 builds its
// middleware list from a map, so that in most processes a PATCH repeated after
// 429 goes out as plain JSON under a gzip header; its retry handler cuts off
// fractions of Retry-After and gives up after ten tries; and the SDK's batches
// hold 19 requests, go out one after another, and do not repeat what was
// throttled within them. An own transport also has no state shared by concurrent
// requests, which others work around with -parallelism=1.
package graphconn
