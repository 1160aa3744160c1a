/* What a SEARCH looks for, as a tree: the same for a caller's text and for what GImapSearch builds.
 *
 * Immutable and reference counted. What the server decides is kept as the words that it gets; what
 * it cannot decide exactly, points in time, is kept as what was meant.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/wire/imap-writer.h"

G_BEGIN_DECLS

typedef struct _ImapCriteria ImapCriteria;

typedef enum
{
  IMAP_CRITERIA_KEY,    /* a search key with its arguments */
  IMAP_CRITERIA_MOMENT, /* before a point in time, or not before it */
  IMAP_CRITERIA_AGE,    /* the same, counted back from now */
  IMAP_CRITERIA_FIELD,  /* a key of a header field that the server cannot be asked for */
  IMAP_CRITERIA_ALL_OF,
  IMAP_CRITERIA_ANY_OF,
  IMAP_CRITERIA_NOT,
  IMAP_CRITERIA_FUZZY,
  IMAP_CRITERIA_TOO_DEEP, /* stands for what was nested too deeply; cannot be sent */
} ImapCriteriaKind;

/* Which of a mail's two dates. */
typedef enum
{
  IMAP_CRITERIA_RECEIVED, /* INTERNALDATE */
  IMAP_CRITERIA_SENT,     /* the header's Date */
} ImapCriteriaDate;

/* What the server can do, in prepare (). */
typedef enum
{
  IMAP_CRITERIA_HAS_NOTHING = 0,
  IMAP_CRITERIA_HAS_WITHIN = 1 << 0,
  IMAP_CRITERIA_HAS_FUZZY = 1 << 1,
  IMAP_CRITERIA_HAS_GMAIL = 1 << 2,
} ImapCriteriaFeatures;

/* SEARCH knows days, in a zone that nobody knows: what is sent for a moment finds all that match and
 * some more, or none that does not match. */
typedef enum
{
  IMAP_CRITERIA_WIDE,
  IMAP_CRITERIA_NARROW,
} ImapCriteriaForm;

/* As the caller wrote it, in UTF-8 (RFC 9051, 6.4.4). NULL with G_IMAP_ERROR_INVALID_ARGUMENT when it is
 * not well-formed. Keys that nobody here knows are taken as they stand. */
ImapCriteria *imap_criteria_parse (const char *text, GError **error);

ImapCriteria *imap_criteria_new_all (void);
/* A key of our own making and up to two texts of the caller's, nullable. */
ImapCriteria *imap_criteria_new_key (const char *key, const char *first, const char *second);
ImapCriteria *imap_criteria_new_number (const char *key, guint64 number);
ImapCriteria *imap_criteria_new_keyword (const char *flag);
ImapCriteria *imap_criteria_new_ids (ImapUidSet *uids);
/* @microseconds since 1970. */
ImapCriteria *imap_criteria_new_moment (ImapCriteriaDate date,
                                        gboolean is_since,
                                        gint64 microseconds);
ImapCriteria *imap_criteria_new_age (gboolean is_younger, guint32 seconds);
/* ALL_OF or ANY_OF. */
ImapCriteria *imap_criteria_join (ImapCriteriaKind kind, ImapCriteria *left, ImapCriteria *right);
ImapCriteria *imap_criteria_negate (ImapCriteria *criteria);
ImapCriteria *imap_criteria_make_fuzzy (ImapCriteria *criteria);
ImapCriteria *imap_criteria_ref (ImapCriteria *criteria);
void imap_criteria_unref (ImapCriteria *criteria);

/* For people: a moment is shown with its time, which no server would understand. */
char *imap_criteria_to_string (ImapCriteria *criteria);
/* TRUE when a set that goes up to "*" is in it. */
gboolean imap_criteria_has_open_set (ImapCriteria *criteria);

/* What is to be looked for on a server with these @features at this time: ages become moments where
 * the server does not know them, what is fuzzy becomes strict. NULL with G_IMAP_ERROR_UNSUPPORTED where
 * it cannot be asked for. */
ImapCriteria *imap_criteria_prepare (ImapCriteria *criteria,
                                     ImapCriteriaFeatures features,
                                     gint64 now_microseconds,
                                     GError **error);
/* Criteria whose texts the server does not take: what speaks of header fields is to be decided here.
 * NULL when there is a text that is not of a header field. */
ImapCriteria *imap_criteria_keep_fields (ImapCriteria *criteria);
/* TRUE when there are moments or fields, which the server cannot decide alone. */
gboolean imap_criteria_has_own (ImapCriteria *criteria);
/* The header fields that decide () needs to know, of char *; none when it needs none. */
GPtrArray *imap_criteria_list_fields (ImapCriteria *criteria);
/* What is known of a mail. */
typedef struct
{
  /* By ImapCriteriaDate, in microseconds; a date that it does not have matches nothing. */
  gint64 at[2];
  gboolean is_known[2];
  /* Whether a header field has a text in it. */
  gboolean (*contains) (const char *field, const char *text, gpointer data);
  gpointer data;
} ImapCriteriaFacts;
/* What is left to be asked for a mail with these @facts that the wide form has found: everything when
 * it matches, nothing when it does not, else something that the server decides alone. */
ImapCriteria *imap_criteria_decide (ImapCriteria *criteria, const ImapCriteriaFacts *facts);
gboolean imap_criteria_is_all (ImapCriteria *criteria);
gboolean imap_criteria_is_none (ImapCriteria *criteria);

/* Writes prepared criteria, with the CHARSET before them where one is needed. @charset is the one that
 * the server wants (BADCHARSET), NULL for UTF-8. FALSE, and the writer fails, when it does not hold the text. */
gboolean imap_writer_criteria (ImapWriter *writer,
                               ImapCriteria *criteria,
                               ImapCriteriaForm form,
                               const char *charset);
/* The same with the name of the charset first in any case, as SORT and THREAD want it. */
gboolean imap_writer_charset_and_criteria (ImapWriter *writer,
                                           ImapCriteria *criteria,
                                           ImapCriteriaForm form,
                                           const char *charset);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapCriteria, imap_criteria_unref)

G_END_DECLS
