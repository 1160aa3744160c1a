/* What an IMAP client may write, read by a parser that shares nothing with the library's writer.
 *
 * It is small and strict: only the commands that the library has, each with the arguments that RFC 9051 and
 * its extensions give it. What is not that ends the program.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FUZZ_ATOM,
  FUZZ_QUOTED,
  FUZZ_LITERAL,
  FUZZ_LIST,
} FuzzTokenKind;

typedef struct
{
  FuzzTokenKind kind;
  GString *text;      /* owned: decoded; of a list as it was written */
  GPtrArray *members; /* owned: of a list, of FuzzToken */
} FuzzToken;

typedef struct
{
  char *tag;            /* owned */
  char *name;           /* owned: "UID FETCH" */
  GPtrArray *arguments; /* owned: of FuzzToken, those that spaces separate */
  gsize size;           /* on the wire */
} FuzzCommand;

void fuzz_command_free (FuzzCommand *command);

/* The command that @text begins with; NULL when not all of it is there. @allows_utf8: strings may have
 * octets above 127 outside of literals. */
FuzzCommand *fuzz_command_parse (const char *text, gsize length, gboolean allows_utf8);

/* Whether what is there of an incomplete command ends with the head of a literal that waits for "+". */
gboolean fuzz_command_waits (const char *text, gsize length);

/* The text of an argument, NULL when there is none. */
const char *fuzz_command_get_text (const FuzzCommand *command, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FuzzCommand, fuzz_command_free)

G_END_DECLS
