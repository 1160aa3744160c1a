/* What a SEARCH looks for, as a tree.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/wire/imap-criteria.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/wire/imap-criteria-private.h"
#include "gimap4d/imap/wire/imap-writer-private.h"

#include <string.h>

static void
token_clear (gpointer data)
{
  g_free (((ImapCriteriaToken *) data)->text);
}

ImapCriteria *
imap_criteria_new (ImapCriteriaKind kind)
{
  ImapCriteria *criteria = g_new0 (ImapCriteria, 1);

  g_atomic_ref_count_init (&criteria->ref_count);
  criteria->kind = kind;

  return criteria;
}

ImapCriteria *
imap_criteria_ref (ImapCriteria *criteria)
{
  g_atomic_ref_count_inc (&criteria->ref_count);

  return criteria;
}

void
imap_criteria_unref (ImapCriteria *criteria)
{
  if (criteria == NULL || !g_atomic_ref_count_dec (&criteria->ref_count))
    return;

  g_clear_pointer (&criteria->children, g_ptr_array_unref);
  g_clear_pointer (&criteria->tokens, g_array_unref);
  g_free (criteria);
}

void
imap_criteria_add_token (ImapCriteria *criteria, ImapCriteriaTokenKind kind, char *text)
{
  ImapCriteriaToken token = { kind, text };

  if (criteria->tokens == NULL)
    {
      criteria->tokens = g_array_new (FALSE, FALSE, sizeof token);
      g_array_set_clear_func (criteria->tokens, token_clear);
    }
  g_array_append_val (criteria->tokens, token);
}

void
imap_criteria_add_child (ImapCriteria *criteria, ImapCriteria *child)
{
  if (criteria->children == NULL)
    criteria->children = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_criteria_unref);
  criteria->depth = MAX (criteria->depth, child->depth + 1);
  g_ptr_array_add (criteria->children, child);
}

ImapCriteria *
imap_criteria_new_all (void)
{
  return imap_criteria_new_key ("ALL", NULL, NULL);
}

ImapCriteria *
imap_criteria_new_key (const char *key, const char *first, const char *second)
{
  ImapCriteria *criteria = imap_criteria_new (IMAP_CRITERIA_KEY);

  imap_criteria_add_token (criteria, IMAP_CRITERIA_WORD, g_strdup (key));
  if (first != NULL)
    imap_criteria_add_token (criteria, IMAP_CRITERIA_STRING, g_strdup (first));
  if (second != NULL)
    imap_criteria_add_token (criteria, IMAP_CRITERIA_STRING, g_strdup (second));

  return criteria;
}

ImapCriteria *
imap_criteria_new_number (const char *key, guint64 number)
{
  ImapCriteria *criteria = imap_criteria_new_key (key, NULL, NULL);

  imap_criteria_add_token (criteria, IMAP_CRITERIA_WORD,
                           g_strdup_printf ("%" G_GUINT64_FORMAT, number));

  return criteria;
}

ImapCriteria *
imap_criteria_new_keyword (const char *flag)
{
  static const char *const keys[] = { "\\Answered", "\\Deleted", "\\Draft",
                                      "\\Flagged",  "\\Recent",  "\\Seen" };
  ImapCriteria *criteria;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_ascii_strcasecmp (flag, keys[i]) == 0)
      {
        g_autofree char *key = g_ascii_strup (keys[i] + 1, -1);

        return imap_criteria_new_key (key, NULL, NULL);
      }

  criteria = imap_criteria_new_key ("KEYWORD", NULL, NULL);
  imap_criteria_add_token (criteria, IMAP_CRITERIA_FLAG, g_strdup (flag));

  return criteria;
}

ImapCriteria *
imap_criteria_new_ids (ImapUidSet *uids)
{
  ImapCriteria *criteria;

  if (imap_uid_set_is_empty (uids))
    {
      g_autoptr (ImapCriteria) all = imap_criteria_new_all ();

      return imap_criteria_negate (all);
    }

  criteria = imap_criteria_new_key ("UID", NULL, NULL);
  imap_criteria_add_token (criteria, IMAP_CRITERIA_WORD, imap_uid_set_to_string (uids));

  return criteria;
}

ImapCriteria *
imap_criteria_new_moment (ImapCriteriaDate date, gboolean is_since, gint64 microseconds)
{
  ImapCriteria *criteria = imap_criteria_new (IMAP_CRITERIA_MOMENT);

  criteria->date = date;
  criteria->is_since = is_since;
  criteria->microseconds = microseconds;

  return criteria;
}

ImapCriteria *
imap_criteria_new_age (gboolean is_younger, guint32 seconds)
{
  ImapCriteria *criteria = imap_criteria_new (IMAP_CRITERIA_AGE);

  criteria->is_since = is_younger;
  criteria->seconds = seconds;

  return criteria;
}

/* One of the same kind gives its children: a chain of a thousand is no tree of that depth. */
static void
add_joined (ImapCriteria *to, ImapCriteria *part)
{
  if (part->kind != to->kind)
    {
      imap_criteria_add_child (to, imap_criteria_ref (part));
      return;
    }
  for (guint i = 0; i < part->children->len; i++)
    imap_criteria_add_child (to, imap_criteria_ref (g_ptr_array_index (part->children, i)));
}

/* Takes it. */
static ImapCriteria *
limit_depth (ImapCriteria *criteria)
{
  if (criteria->depth <= IMAP_LIMIT_CRITERIA_DEPTH)
    return criteria;

  imap_criteria_unref (criteria);

  return imap_criteria_new (IMAP_CRITERIA_TOO_DEEP);
}

ImapCriteria *
imap_criteria_join (ImapCriteriaKind kind, ImapCriteria *left, ImapCriteria *right)
{
  ImapCriteria *criteria = imap_criteria_new (kind);

  add_joined (criteria, left);
  add_joined (criteria, right);

  return limit_depth (criteria);
}

static ImapCriteria *
wrap (ImapCriteriaKind kind, ImapCriteria *child)
{
  ImapCriteria *criteria;

  if (child->kind == kind)
    return imap_criteria_ref (kind == IMAP_CRITERIA_NOT ? g_ptr_array_index (child->children, 0) :
                                                          child);

  criteria = imap_criteria_new (kind);
  imap_criteria_add_child (criteria, imap_criteria_ref (child));

  return limit_depth (criteria);
}

ImapCriteria *
imap_criteria_negate (ImapCriteria *criteria)
{
  return wrap (IMAP_CRITERIA_NOT, criteria);
}

ImapCriteria *
imap_criteria_make_fuzzy (ImapCriteria *criteria)
{
  return wrap (IMAP_CRITERIA_FUZZY, criteria);
}

static gboolean
is_key (ImapCriteria *criteria, const char *key)
{
  return criteria->kind == IMAP_CRITERIA_KEY &&
         g_ascii_strcasecmp (g_array_index (criteria->tokens, ImapCriteriaToken, 0).text, key) == 0;
}

gboolean
imap_criteria_is_all (ImapCriteria *criteria)
{
  return is_key (criteria, "ALL");
}

gboolean
imap_criteria_is_none (ImapCriteria *criteria)
{
  return criteria->kind == IMAP_CRITERIA_NOT &&
         imap_criteria_is_all (g_ptr_array_index (criteria->children, 0));
}

typedef gboolean (*Test) (ImapCriteria *criteria);

/* Whether any node of the tree passes the test. */
static gboolean
has_any (ImapCriteria *criteria, Test test)
{
  if (test (criteria))
    return TRUE;
  for (guint i = 0; criteria->children != NULL && i < criteria->children->len; i++)
    if (has_any (g_ptr_array_index (criteria->children, i), test))
      return TRUE;

  return FALSE;
}

static gboolean
is_own (ImapCriteria *criteria)
{
  return criteria->kind == IMAP_CRITERIA_MOMENT || criteria->kind == IMAP_CRITERIA_FIELD;
}

static gboolean
is_open_set (ImapCriteria *criteria)
{
  ImapCriteriaToken *last;

  if (criteria->kind != IMAP_CRITERIA_KEY)
    return FALSE;
  last = &g_array_index (criteria->tokens, ImapCriteriaToken, criteria->tokens->len - 1);
  if (criteria->tokens->len > 1 && !is_key (criteria, "UID"))
    return FALSE;

  return last->kind == IMAP_CRITERIA_WORD && strchr (last->text, '*') != NULL;
}

gboolean
imap_criteria_has_own (ImapCriteria *criteria)
{
  return has_any (criteria, is_own);
}

gboolean
imap_criteria_has_open_set (ImapCriteria *criteria)
{
  return has_any (criteria, is_open_set);
}

static ImapCriteria *
prepare_age (ImapCriteria *criteria, ImapCriteriaFeatures features, gint64 now)
{
  if ((features & IMAP_CRITERIA_HAS_WITHIN) != 0)
    return imap_criteria_new_number (criteria->is_since ? "YOUNGER" : "OLDER", criteria->seconds);

  return imap_criteria_new_moment (IMAP_CRITERIA_RECEIVED, criteria->is_since,
                                   now - (gint64) criteria->seconds * G_USEC_PER_SEC);
}

static ImapCriteria *
prepare_children (ImapCriteria *criteria, ImapCriteriaFeatures features, gint64 now, GError **error)
{
  g_autoptr (ImapCriteria) prepared = imap_criteria_new (criteria->kind);

  prepared->is_grouped = criteria->is_grouped;
  for (guint i = 0; i < criteria->children->len; i++)
    {
      ImapCriteria *child = imap_criteria_prepare (g_ptr_array_index (criteria->children, i),
                                                   features, now, error);

      if (child == NULL)
        return NULL;
      imap_criteria_add_child (prepared, child);
    }

  return g_steal_pointer (&prepared);
}

ImapCriteria *
imap_criteria_prepare (ImapCriteria *criteria,
                       ImapCriteriaFeatures features,
                       gint64 now_microseconds,
                       GError **error)
{
  if (criteria->kind == IMAP_CRITERIA_AGE)
    return prepare_age (criteria, features, now_microseconds);
  if (criteria->kind == IMAP_CRITERIA_FUZZY && (features & IMAP_CRITERIA_HAS_FUZZY) == 0)
    return imap_criteria_prepare (g_ptr_array_index (criteria->children, 0), features,
                                  now_microseconds, error);
  if (is_key (criteria, "X-GM-RAW") && (features & IMAP_CRITERIA_HAS_GMAIL) == 0)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UNSUPPORTED,
                   _ ("Gmail's own search is not offered by this server (X-GM-EXT-1)"));
      return NULL;
    }
  if (criteria->children == NULL)
    return imap_criteria_ref (criteria);

  return prepare_children (criteria, features, now_microseconds, error);
}

static const char *
get_last_text (ImapCriteria *criteria)
{
  return g_array_index (criteria->tokens, ImapCriteriaToken, criteria->tokens->len - 1).text;
}

/* FROM, or what follows HEADER. */
static const char *
get_field (ImapCriteria *criteria)
{
  return g_array_index (criteria->tokens, ImapCriteriaToken, criteria->tokens->len - 2).text;
}

static gboolean
is_field_key (ImapCriteria *criteria)
{
  static const char *const keys[] = { "BCC", "CC", "FROM", "SUBJECT", "TO" };

  if (is_key (criteria, "HEADER"))
    return criteria->tokens->len == 3 && imap_text_is_ascii (get_field (criteria));
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (is_key (criteria, keys[i]))
      return criteria->tokens->len == 2;

  return FALSE;
}

static ImapCriteria *
copy_as_field (ImapCriteria *criteria)
{
  ImapCriteria *field = imap_criteria_new (IMAP_CRITERIA_FIELD);

  for (guint i = 0; i < criteria->tokens->len; i++)
    {
      const ImapCriteriaToken *token = &g_array_index (criteria->tokens, ImapCriteriaToken, i);

      imap_criteria_add_token (field, token->kind, g_strdup (token->text));
    }

  return field;
}

ImapCriteria *
imap_criteria_keep_fields (ImapCriteria *criteria)
{
  g_autoptr (ImapCriteria) kept = NULL;

  if (criteria->children == NULL)
    {
      if (criteria->tokens == NULL || imap_criteria_is_ascii (criteria))
        return imap_criteria_ref (criteria);
      return is_field_key (criteria) ? copy_as_field (criteria) : NULL;
    }

  kept = imap_criteria_new (criteria->kind);
  kept->is_grouped = criteria->is_grouped;
  for (guint i = 0; i < criteria->children->len; i++)
    {
      ImapCriteria *child = imap_criteria_keep_fields (g_ptr_array_index (criteria->children, i));

      if (child == NULL)
        return NULL;
      imap_criteria_add_child (kept, child);
    }

  return g_steal_pointer (&kept);
}

static void
add_fields (ImapCriteria *criteria, GPtrArray *fields)
{
  const char *field = NULL;

  if (criteria->kind == IMAP_CRITERIA_FIELD)
    field = get_field (criteria);
  else if (criteria->kind == IMAP_CRITERIA_MOMENT && criteria->date == IMAP_CRITERIA_SENT)
    field = "DATE";
  if (field != NULL && !g_ptr_array_find_with_equal_func (fields, field, g_str_equal, NULL))
    g_ptr_array_add (fields, g_strdup (field));
  for (guint i = 0; criteria->children != NULL && i < criteria->children->len; i++)
    add_fields (g_ptr_array_index (criteria->children, i), fields);
}

GPtrArray *
imap_criteria_list_fields (ImapCriteria *criteria)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func (g_free);

  add_fields (criteria, fields);

  return fields;
}

static ImapCriteria *
new_truth (gboolean is_true)
{
  g_autoptr (ImapCriteria) all = imap_criteria_new_all ();

  return is_true ? g_steal_pointer (&all) : imap_criteria_negate (all);
}

static gboolean
holds (ImapCriteria *moment, const ImapCriteriaFacts *facts)
{
  if (!facts->is_known[moment->date])
    return FALSE;

  return (facts->at[moment->date] >= moment->microseconds) == moment->is_since;
}

static ImapCriteria *decide (ImapCriteria *criteria,
                             const ImapCriteriaFacts *facts,
                             gboolean is_top);

/* What decides it alone ends it; what decides nothing is left out. */
static ImapCriteria *
decide_joined (ImapCriteria *criteria, const ImapCriteriaFacts *facts, gboolean is_top)
{
  gboolean is_all_of = criteria->kind == IMAP_CRITERIA_ALL_OF;
  g_autoptr (ImapCriteria) left = imap_criteria_new (criteria->kind);

  for (guint i = 0; i < criteria->children->len; i++)
    {
      ImapCriteria *child = g_ptr_array_index (criteria->children, i);
      g_autoptr (ImapCriteria) decided = NULL;

      /* The wide form has it as it is here: what it found matches this part. */
      if (is_top && is_all_of && !imap_criteria_has_own (child))
        continue;
      decided = decide (child, facts, FALSE);
      if (is_all_of ? imap_criteria_is_none (decided) : imap_criteria_is_all (decided))
        return g_steal_pointer (&decided);
      if (!(is_all_of ? imap_criteria_is_all (decided) : imap_criteria_is_none (decided)))
        imap_criteria_add_child (left, g_steal_pointer (&decided));
    }
  if (left->children == NULL)
    return new_truth (is_all_of);
  if (left->children->len == 1)
    return imap_criteria_ref (g_ptr_array_index (left->children, 0));

  return g_steal_pointer (&left);
}

static ImapCriteria *
decide (ImapCriteria *criteria, const ImapCriteriaFacts *facts, gboolean is_top)
{
  g_autoptr (ImapCriteria) inner = NULL;

  switch (criteria->kind)
    {
    case IMAP_CRITERIA_MOMENT:
      return new_truth (holds (criteria, facts));
    case IMAP_CRITERIA_FIELD:
      return new_truth (
          facts->contains (get_field (criteria), get_last_text (criteria), facts->data));
    case IMAP_CRITERIA_ALL_OF:
    case IMAP_CRITERIA_ANY_OF:
      return decide_joined (criteria, facts, is_top);
    case IMAP_CRITERIA_NOT:
      inner = decide (g_ptr_array_index (criteria->children, 0), facts, FALSE);
      return imap_criteria_negate (inner);
    case IMAP_CRITERIA_FUZZY:
      inner = decide (g_ptr_array_index (criteria->children, 0), facts, FALSE);
      if (imap_criteria_is_all (inner) || imap_criteria_is_none (inner))
        return g_steal_pointer (&inner);
      return imap_criteria_make_fuzzy (inner);
    case IMAP_CRITERIA_KEY:
    case IMAP_CRITERIA_AGE:
    case IMAP_CRITERIA_TOO_DEEP:
    default:
      return imap_criteria_ref (criteria);
    }
}

ImapCriteria *
imap_criteria_decide (ImapCriteria *criteria, const ImapCriteriaFacts *facts)
{
  return decide (criteria, facts, TRUE);
}
