/* Search criteria become what may be sent: words, quoted strings, literals and parentheses, and
 * nothing else.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/wire/imap-criteria.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/wire/imap-criteria-private.h"
#include "gimap4d/imap/wire/imap-writer-private.h"

#include <string.h>

/* The years that a date of IMAP can have, with room for the days that are added. */
#define FIRST_SECOND G_GINT64_CONSTANT (-62135000000)
#define LAST_SECOND G_GINT64_CONSTANT (253402000000)

typedef struct
{
  ImapWriter *writer;  /* nullable: for people only */
  GString *shown;      /* nullable: the other one */
  const char *charset; /* NULL is UTF-8 */
} Output;

static void
put_raw (Output *output, const char *text)
{
  g_string_append (output->shown != NULL ? output->shown : output->writer->text, text);
}

static void
show_string (GString *shown, const char *text)
{
  g_string_append_c (shown, '"');
  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at == '"' || *at == '\\')
        g_string_append_c (shown, '\\');
      g_string_append_c (shown, *at);
    }
  g_string_append_c (shown, '"');
}

static gboolean
put_text (Output *output, const ImapCriteriaToken *token)
{
  ImapWriter *writer = output->writer;
  g_autofree char *converted = NULL;
  gsize length = 0;

  writer->n_values++;
  if (!imap_writer_check_text (writer, token->text))
    return FALSE;
  if (imap_text_is_ascii (token->text) || output->charset == NULL)
    {
      imap_writer_put_string (writer, token->text, strlen (token->text));
      return TRUE;
    }

  converted = g_convert (token->text, -1, output->charset, "UTF-8", NULL, &length, NULL);
  if (converted == NULL || memchr (converted, '\0', length) != NULL)
    return imap_writer_fail (writer, _ ("the text “%s” cannot be written in %s"), token->text,
                             output->charset);
  imap_writer_put_literal (writer, converted, length);

  return TRUE;
}

static gboolean
take_number (const char **at)
{
  gsize length = **at == '*' ? 1 : strspn (*at, "0123456789");

  *at += length;

  return length > 0;
}

/* Numbers, "*", ranges of them, commas in between. */
static gboolean
is_set (const char *text)
{
  const char *at = text;

  while (take_number (&at))
    {
      if (*at == ':')
        {
          at++;
          if (!take_number (&at))
            return FALSE;
        }
      if (*at == '\0')
        return TRUE;
      if (*at++ != ',')
        return FALSE;
    }

  return FALSE;
}

/* A set is a key, or follows the key UID. */
static gboolean
may_be_set (const ImapCriteria *criteria, guint index)
{
  const ImapCriteriaToken *key = &g_array_index (criteria->tokens, ImapCriteriaToken, 0);

  return index == 0 || (index == 1 && g_ascii_strcasecmp (key->text, "UID") == 0);
}

/* A word that can stand there as it is: an atom, or a set of numbers. The parser let no control and no other
 * special character into it. */
static gboolean
is_plain_word (const ImapCriteria *criteria, guint index)
{
  const ImapCriteriaToken *token = &g_array_index (criteria->tokens, ImapCriteriaToken, index);

  return token->kind == IMAP_CRITERIA_WORD && imap_text_is_ascii (token->text) &&
         (strpbrk (token->text, "%*\\]") == NULL ||
          (may_be_set (criteria, index) && is_set (token->text)));
}

static gboolean
put_token (Output *output, const ImapCriteria *criteria, guint index)
{
  const ImapCriteriaToken *token = &g_array_index (criteria->tokens, ImapCriteriaToken, index);

  if (output->shown != NULL)
    {
      if (token->kind == IMAP_CRITERIA_STRING)
        show_string (output->shown, token->text);
      else
        put_raw (output, token->text);
      return TRUE;
    }
  if (token->kind == IMAP_CRITERIA_FLAG)
    {
      imap_writer_flag (output->writer, token->text);
      return output->writer->error == NULL;
    }
  if (is_plain_word (criteria, index))
    {
      put_raw (output, token->text);
      return TRUE;
    }

  return put_text (output, token);
}

/* The day by UTC, moved by some days, as IMAP writes it. */
static char *
make_day (gint64 microseconds, int move)
{
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  gint64 seconds = microseconds / G_USEC_PER_SEC - (microseconds % G_USEC_PER_SEC < 0);
  g_autoptr (GDateTime)
      moment = g_date_time_new_from_unix_utc (CLAMP (seconds, FIRST_SECOND, LAST_SECOND));
  g_autoptr (GDateTime) day = g_date_time_add_days (moment, move);

  return g_strdup_printf ("%d-%s-%04d", g_date_time_get_day_of_month (day),
                          months[g_date_time_get_month (day) - 1], g_date_time_get_year (day));
}

static void
show_moment (Output *output, const ImapCriteria *criteria)
{
  g_autoptr (GDateTime) second = NULL;
  g_autofree char *text = NULL;

  second = g_date_time_new_from_unix_utc (
      CLAMP (criteria->microseconds / G_USEC_PER_SEC, FIRST_SECOND, LAST_SECOND));
  text = g_date_time_format_iso8601 (second);
  put_raw (output, text);
}

/* Zones go from UTC-12 to UTC+14: by its own zone a mail may be of the day before or after. What a server
 * takes for the Date of a mail that has none is its own affair: Dovecot takes 1970. */
static void
put_moment (Output *output, const ImapCriteria *criteria, ImapCriteriaForm form)
{
  gboolean is_early = criteria->is_since == (form == IMAP_CRITERIA_WIDE);
  gboolean needs_date = criteria->date == IMAP_CRITERIA_SENT && form == IMAP_CRITERIA_NARROW &&
                        output->shown == NULL;
  g_autofree char *day = NULL;

  if (needs_date)
    put_raw (output, "(HEADER DATE \"\" ");
  if (criteria->date == IMAP_CRITERIA_SENT)
    put_raw (output, criteria->is_since ? "SENTSINCE " : "SENTBEFORE ");
  else
    put_raw (output, criteria->is_since ? "SINCE " : "BEFORE ");
  if (output->shown != NULL)
    {
      show_moment (output, criteria);
      return;
    }
  day = make_day (criteria->microseconds, is_early ? -1 : 2);
  put_raw (output, day);
  if (needs_date)
    put_raw (output, ")");
}

static gboolean put (Output *output,
                     ImapCriteria *criteria,
                     ImapCriteriaForm form,
                     gboolean is_top);

static gboolean
put_joined (Output *output, ImapCriteria *criteria, ImapCriteriaForm form, gboolean is_top)
{
  gboolean is_any_of = criteria->kind == IMAP_CRITERIA_ANY_OF;
  gboolean in_parentheses = !is_any_of &&
                            (criteria->is_grouped || (!is_top && criteria->children->len > 1));

  if (in_parentheses)
    put_raw (output, "(");
  for (guint i = 0; i < criteria->children->len; i++)
    {
      if (i > 0)
        put_raw (output, " ");
      if (is_any_of && i + 1 < criteria->children->len)
        put_raw (output, "OR ");
      if (!put (output, g_ptr_array_index (criteria->children, i), form, FALSE))
        return FALSE;
    }
  if (in_parentheses)
    put_raw (output, ")");

  return TRUE;
}

static gboolean
put_key (Output *output, const ImapCriteria *criteria)
{
  for (guint i = 0; i < criteria->tokens->len; i++)
    {
      if (i > 0)
        put_raw (output, " ");
      if (!put_token (output, criteria, i))
        return FALSE;
    }

  return TRUE;
}

static void
put_age (Output *output, const ImapCriteria *criteria)
{
  g_autofree char *text = g_strdup_printf ("%s %u", criteria->is_since ? "YOUNGER" : "OLDER",
                                           criteria->seconds);

  put_raw (output, text);
}

static gboolean
put (Output *output, ImapCriteria *criteria, ImapCriteriaForm form, gboolean is_top)
{
  switch (criteria->kind)
    {
    case IMAP_CRITERIA_KEY:
      return put_key (output, criteria);
    case IMAP_CRITERIA_FIELD:
      if (output->shown != NULL)
        return put_key (output, criteria);
      put_raw (output, form == IMAP_CRITERIA_WIDE ? "ALL" : "NOT ALL");
      return TRUE;
    case IMAP_CRITERIA_MOMENT:
      put_moment (output, criteria, form);
      return TRUE;
    case IMAP_CRITERIA_AGE:
      put_age (output, criteria);
      return TRUE;
    case IMAP_CRITERIA_ALL_OF:
    case IMAP_CRITERIA_ANY_OF:
      return put_joined (output, criteria, form, is_top);
    case IMAP_CRITERIA_NOT:
      put_raw (output, "NOT ");
      return put (output, g_ptr_array_index (criteria->children, 0),
                  form == IMAP_CRITERIA_WIDE ? IMAP_CRITERIA_NARROW : IMAP_CRITERIA_WIDE, FALSE);
    case IMAP_CRITERIA_FUZZY:
      put_raw (output, "FUZZY ");
      return put (output, g_ptr_array_index (criteria->children, 0), form, FALSE);
    case IMAP_CRITERIA_TOO_DEEP:
    default:
      if (output->shown == NULL)
        return imap_writer_fail (output->writer, _ ("they are nested deeper than %u"),
                                 IMAP_LIMIT_CRITERIA_DEPTH);
      put_raw (output, "…");
      return TRUE;
    }
}

char *
imap_criteria_to_string (ImapCriteria *criteria)
{
  Output output = { .shown = g_string_new (NULL) };

  put (&output, criteria, IMAP_CRITERIA_WIDE, TRUE);

  return g_string_free (output.shown, FALSE);
}

gboolean
imap_criteria_is_ascii (ImapCriteria *criteria)
{
  /* What stays here is not sent. */
  if (criteria->kind == IMAP_CRITERIA_FIELD)
    return TRUE;
  for (guint i = 0; criteria->tokens != NULL && i < criteria->tokens->len; i++)
    if (!imap_text_is_ascii (g_array_index (criteria->tokens, ImapCriteriaToken, i).text))
      return FALSE;
  for (guint i = 0; criteria->children != NULL && i < criteria->children->len; i++)
    if (!imap_criteria_is_ascii (g_ptr_array_index (criteria->children, i)))
      return FALSE;

  return TRUE;
}

gboolean
imap_writer_criteria (ImapWriter *writer,
                      ImapCriteria *criteria,
                      ImapCriteriaForm form,
                      const char *charset)
{
  Output output = { .writer = writer, .charset = charset };

  /* RFC 6855, 3: no CHARSET once UTF8=ACCEPT is enabled. */
  if ((writer->features & IMAP_WRITER_UTF8) != 0)
    {
      output.charset = NULL;
    }
  else if (!imap_criteria_is_ascii (criteria))
    {
      g_string_append (writer->text, "CHARSET ");
      imap_writer_atom (writer, charset != NULL ? charset : "UTF-8");
      writer->n_values--;
      imap_writer_space (writer);
    }

  return writer->error == NULL && put (&output, criteria, form, TRUE);
}

gboolean
imap_writer_charset_and_criteria (ImapWriter *writer,
                                  ImapCriteria *criteria,
                                  ImapCriteriaForm form,
                                  const char *charset)
{
  Output output = { .writer = writer, .charset = charset };

  /* RFC 5256, 3: US-ASCII and UTF-8 are what every server that sorts has. */
  if (charset == NULL)
    charset = imap_criteria_is_ascii (criteria) ? "US-ASCII" : "UTF-8";
  imap_writer_atom (writer, charset);
  writer->n_values--;
  imap_writer_space (writer);

  return writer->error == NULL && put (&output, criteria, form, TRUE);
}
