// SPDX-License-Identifier: MPL-2.0

// Package expression is the mapping language of Microsoft's HR provisioning: nested function calls over HR
// attributes, such as
//
//	ToLower(Join("@", NormalizeDiacritics(StripSpaces(Join(".", [FirstName], [LastName]))), "contoso.com"))
//
// [Compile] parses and checks an expression once; [Program.Eval] evaluates it for a person. The package is pure:
// the clock, randomness and what is taken in the directory come from [Env].
//
// # Grammar
//
//	expression = operand { ( "&" | "+" ) operand }
//	operand    = "text" | number | &HF7 | [attribute] | Function( [argument] { , [argument] } ) | word | ( condition )
//	argument   = expression | condition
//	condition  = expression [ ( = | <> | < | <= | > | >= ) expression ]
//
// Arguments may be left out, and trailing commas do no harm. White space, line breaks included, may stand
// anywhere, also before a parenthesis. Names of functions are case-sensitive. In a text \\ and \" are escapes; a
// backslash before any other character stays, since Microsoft prints patterns both as "\\d" and as "\d". Numbers
// may be quoted. Conditions may stand in IIF, CBool, And, Or and Not. The words IgnoreAttributeFlow and
// IgnoreObjectFlow are results; a function that is given one has it as its own result. &H begins a number
// where an operand is expected; elsewhere & joins.
//
// # Values
//
// Everything is text: numbers, dates (M/d/yyyy h:mm:ss tt, in UTC) and the truth values True and False. Besides
// there are lists, null, and the instructions to drop the attribute or the person. Where a single text is
// needed, a list of one value will do and a longer one is an error. Positions and lengths count Unicode
// characters.
//
//   - = and <> are case-sensitive, take null for "", compare as numbers when one side is a number (a literal,
//     DateDiff, Count, …) and without regard to case when one side is a truth value.
//   - < and > order numbers, then dates, then texts by code point, and fail on null or empty.
//   - A condition holds for True in any case and for numbers but 0; null and empty do not hold; other texts fail.
//   - Null in, null out, with these exceptions: Join leaves null out and gives null only if nothing is left; the operators
//     & and + take it for ""; Left, Right, Word, LeftPad and RightPad give ""; InStr and Count give 0; CDate, DateAdd and
//     DateDiff fail.
//   - IIF, Switch, Coalesce, FirstNonEmpty, Lookup, And and Or evaluate only what they need.
//   - ToLower, Trim, NormalizeDiacritics and their like work on every value of a list.
//
// # Dialects
//
// Every dialect knows every function. Where Microsoft's documents contradict one another, the dialect decides:
//
//	                                   provisioning (default)   cloud-sync              mim
//	joining texts                      & and +                  &                       +
//	bare word Alias                    an error                 an error                the attribute [Alias]
//	&& and || between conditions       an error                 an error                And and Or
//	Mid, start < 1                     an error                 an error                the whole text
//	Mid, start beyond the end          ""                       ""                      the whole text
//	Mid, length < 0                    an error                 an error                ""
//	Mid of null                        null                     null                    ""
//	Replace with an attribute          source if it has a       the group in source     as provisioning
//	                                   value, else the group    is replaced by the
//	                                   out of the attribute     attribute
//
// FormatDateTime takes three or four arguments, Mid two or three, in every dialect. Contains gives the number of
// the first value that contains the text, as in Cloud Sync; as a condition it therefore tells whether one does.
//
// # Contradictions in the documentation
//
// Some printed results do not follow from the printed expressions. This package does what the rules of the
// function reference say:
//
//   - Case is kept unless ToLower or ToUpper is called, although guides print some results in lower case.
//   - A pattern removes only what it matches: [()\s-]+ keeps a leading +, and hyphens and dots stay unless listed.
//   - FILETIME values are computed; the ones printed in the guides are off by months.
//   - Comparisons are evaluated as written where the prose around them says the opposite (rehire, writeback and
//     "within 7 days" with < 7).
//   - Join("1@", name, domain) gives name1@domain; Join(", ", "", …) begins with the separator; no blank is added
//     before a parenthesis.
//   - A group includes the blanks it matches: (?<isdCode>\d* ) gives "44 ", which equals no key "44".
//   - Split does not trim.
//   - Coalesce skips null only. FirstNonEmpty skips empty texts too.
//   - DateAdd returns M/d/yyyy h:mm:ss tt, so FormatDateTime must read that form.
//   - IIF(IsNullOrEmpty(…)), IIF(IsPresent(…)) and Switch(IsPresent(…)) work, though one page calls them unsupported.
//   - ProperCase gives "$test" for "$TEsT": a word that begins with another character than a letter is in lower case.
//   - PCase ends words at apostrophes by default ("St John'S"); name the separators to avoid that.
//   - UK is no ISO code and GER none either; Country reads both and gives GB and DEU.
//
// What no document settles: a positive offset shifts a date as a negative one does (2021-06-30+08:00 is 29 June
// in UTC); Item outside the list is an error; a two-digit year up to 49 is 20xx; RandomString fills up with the
// classes asked for.
//
// # Limits
//
// [MaxSource], [MaxDepth], [MaxSize], [MaxOutput], [MaxPad], [MaxRandomString] and [MaxCounter] bound what an
// expression can do. A regular expression is matched for a second at most.
package expression
