/* A pattern of hostile input, in a size of one's choice.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In its texts stand
 *
 *   %u  how many times it was, %p once less, %r counted down from the size to one
 *   %n  the size
 *   %k  the same, as a word that g_str_hash () takes for each of its brothers
 *   %L  40,000 octets
 *   %0  a NUL
 */
typedef struct
{
  const char *name; /* the row that it is of, and what it is */
  guint size;       /* twice as much is below the limits, too, where more would be cut */
  void (*read) (GString *input);
  const char *before;
  const char *again; /* as often as the size says */
  const char *after;
  const char *closing; /* nullable: as often */
  const char *end;     /* nullable */
} LinearPattern;

/* Each ends with one without a name. */
extern const LinearPattern linear_imap[];
extern const LinearPattern linear_session[];
extern const LinearPattern linear_mail[];
extern const LinearPattern linear_http[];

G_END_DECLS
