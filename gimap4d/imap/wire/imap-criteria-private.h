/* The tree of search criteria, for the files that make, read and write it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/wire/imap-criteria.h"

G_BEGIN_DECLS

typedef enum
{
  IMAP_CRITERIA_WORD,   /* goes as it is; a word with letters that are not ASCII as a literal */
  IMAP_CRITERIA_STRING, /* goes quoted or as a literal */
  IMAP_CRITERIA_FLAG,
} ImapCriteriaTokenKind;

typedef struct
{
  ImapCriteriaTokenKind kind;
  char *text; /* owned */
} ImapCriteriaToken;

struct _ImapCriteria
{
  gatomicrefcount ref_count;
  ImapCriteriaKind kind;
  guint depth;         /* of the tree below */
  GPtrArray *children; /* owned, nullable: of ImapCriteria */
  GArray *tokens;      /* owned, nullable: of ImapCriteriaToken, of a key */
  gboolean is_grouped; /* was written in parentheses */

  ImapCriteriaDate date;
  gboolean is_since; /* or younger */
  gint64 microseconds;
  guint32 seconds;
};

ImapCriteria *imap_criteria_new (ImapCriteriaKind kind);
/* Takes the text. */
void imap_criteria_add_token (ImapCriteria *criteria, ImapCriteriaTokenKind kind, char *text);
gboolean imap_criteria_is_ascii (ImapCriteria *criteria);
/* Takes the child. */
void imap_criteria_add_child (ImapCriteria *criteria, ImapCriteria *child);

G_END_DECLS
