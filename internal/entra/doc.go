// SPDX-License-Identifier: MPL-2.0

// Package entra reads and writes the users of a Microsoft Entra ID tenant
// through Microsoft Graph. It is to a tenant what package activedirectory is to a
// domain: it reads in bulk, writes what differs and nothing else, reads back what
// it wrote, and tells what went wrong with each person. Package applytest holds both to
// the same cases.
//
// Attributes have their names in Microsoft Graph; parts of complex properties are
// written with a slash, such as "employeeOrgData/costCenter".
//
// # What msgraph-sdk-go costs
//
// Only its models are imported: the client, its request builders and its
// transport are not (see package graphconn). Measured with msgraph-sdk-go v1.89
// and -ldflags='-s -w' on linux/amd64:
//
//   - Size: a program with this package has 31 MB, one with package graphconn,
//     and so azidentity, 8 MB, one with net/http 6 MB. Of the 83 MB of the
//     provider the models are 23 MB: their types refer to each other, so that the
//     linker keeps most of them.
//   - Memory: the resident set of such programs, idle, is 14 MB with and without
//     them: what is not run is not paged in.
//   - Start: nothing of the models runs at init, and 3 ms to the end of main are
//     those of net/http, too. The provider starts as fast with a tenant
//     configured as without: clients, credentials and the tables of properties
//     are made when they are first used. From start to handshake the provider
//     takes 11.5 ms and the smallest one of the framework 3.9 ms, in the same run.
//     5.0 ms of the difference is github.com/nyaruka/phonenumbers, which reads its
//     tables at init and cannot be told not to; with an init that waits for the
//     first number it would be 6.5 ms.
//   - Compilation: models is one package. Compiling it takes two minutes and 4.5 GB of
//     memory, and more with -race; after that it comes from the cache.
//
// # What writing costs
//
// In a tenant of size S, with its limits of 3,500 units in 10 seconds and 3,000
// writes in 150 seconds, BenchmarkCreateThrottled creates 10,000 users, read back
// and compared, in 1.07 times what the limit of writes takes by itself (1,025
// requests), and with a manager each, who is a write of its own, in 1.03 times
// (1,543 requests).
package entra
