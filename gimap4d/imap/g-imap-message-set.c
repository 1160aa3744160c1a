/* Which mails a call is about: an unchanging set of unique ids.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-message-set.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/imap-message-set-private.h"

#include <string.h>

/**
 * SECTION:g-imap-message-set
 * @Title: GImapMessageSet
 * @Short_description: which mails a call is about
 *
 * Every call that works on several mails takes a #GImapMessageSet of their unique ids, and every
 * call that finds or makes mails returns one.
 */

/**
 * GImapMessageSet:
 *
 * Which mails a call is about: an unchanging set of unique ids, which are numbers from 1 to
 * 4294967295 and in the interface mostly text. It is kept as ranges, so that a set of a million ids
 * in a row costs no more than one. It may be used from any thread.
 *
 * A set that the library returns remembers its box and UIDVALIDITY, and is refused where another
 * box is selected. A set that a program makes means the box that is selected when it is used.
 *
 * |[<!-- language="C" -->
 * g_autoptr (GImapMessageSet) ids = g_imap_message_set_parse ("7,12:14", &error);
 *
 * for (guint i = 0; ids != NULL && i < g_imap_message_set_get_size (ids); i++)
 *   {
 *     g_autofree char *id = g_imap_message_set_get_id (ids, i);
 *
 *     g_print ("%s\n", id);
 *   }
 * ]|
 *
 * Since: 1.0
 */
struct _GImapMessageSet
{
  gatomicrefcount ref_count;
  ImapUidSet *uids;     /* owned, never changed */
  char *box;            /* owned; NULL = any */
  guint32 uid_validity; /* 0 = any */
  gboolean is_all;
};

G_DEFINE_BOXED_TYPE (GImapMessageSet,
                     g_imap_message_set,
                     g_imap_message_set_ref,
                     g_imap_message_set_unref)

/* Takes @uids. */
static GImapMessageSet *
take_uids (ImapUidSet *uids, const char *box, guint32 uid_validity)
{
  GImapMessageSet *self = g_new0 (GImapMessageSet, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->uids = uids;
  self->box = g_strdup (box);
  self->uid_validity = uid_validity;

  return self;
}

/* 0 for what is no id: IMAP knows no sign, no space and no leading zero (RFC 9051, nz-number). */
static guint32
parse_id (const char *id)
{
  gsize length = strlen (id);
  guint64 value;

  if (length == 0 || length > strlen ("4294967295") || id[0] == '0' ||
      strspn (id, "0123456789") != length)
    return 0;
  value = g_ascii_strtoull (id, NULL, 10);

  return value <= G_MAXUINT32 ? value : 0;
}

static gboolean
check_id (const char *id, guint32 *out_uid, GError **error)
{
  guint32 uid = parse_id (id);

  if (uid == 0)
    {
      g_autofree char *valid = g_utf8_make_valid (id, strnlen (id, IMAP_LIMIT_ALERT_CHARS));

      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” is no id of a mail: ids are numbers from 1 to 4294967295"), valid);
      return FALSE;
    }
  *out_uid = uid;

  return TRUE;
}

static int
compare_uids (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *) a, right = *(const guint32 *) b;

  return (left > right) - (left < right);
}

/**
 * g_imap_message_set_new: (constructor)
 * @ids: (array zero-terminated=1) (element-type utf8) (nullable): ids, in any order, also more than
 *   once; %NULL for none
 * @error: return location for a #GError
 *
 * Makes a set of some ids. It is never all mails: without ids the set is empty.
 *
 * Returns: (transfer full): the set, or %NULL with %G_IMAP_ERROR_INVALID_ARGUMENT when one of @ids
 *   is no number from 1 to 4294967295
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_message_set_new (const char *const *ids, GError **error)
{
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (ImapUidSet) uids = imap_uid_set_new ();

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    {
      guint32 uid = 0;

      if (!check_id (ids[i], &uid, error))
        return NULL;
      g_array_append_val (sorted, uid);
    }

  /* Ascending ids are cheap to add. */
  g_array_sort (sorted, compare_uids);
  for (guint i = 0; i < sorted->len; i++)
    imap_uid_set_add (uids, g_array_index (sorted, guint32, i));

  return take_uids (g_steal_pointer (&uids), NULL, 0);
}

/**
 * g_imap_message_set_new_single: (constructor)
 * @id: an id
 * @error: return location for a #GError
 *
 * Makes a set of one id.
 *
 * Returns: (transfer full): the set, or %NULL with %G_IMAP_ERROR_INVALID_ARGUMENT when @id is no
 *   number from 1 to 4294967295
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_message_set_new_single (const char *id, GError **error)
{
  guint32 uid = 0;

  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_id (id, &uid, error))
    return NULL;

  return take_uids (imap_uid_set_new_range (uid, uid), NULL, 0);
}

/**
 * g_imap_message_set_new_range: (constructor)
 * @first: the first id, from 1
 * @last: the last id, from 1; when it is smaller than @first, the two are exchanged
 * @error: return location for a #GError
 *
 * Makes a set of all ids from @first to @last, both included. Ids that no mail has do no harm.
 *
 * Returns: (transfer full): the set, or %NULL with %G_IMAP_ERROR_INVALID_ARGUMENT when one of the
 *   two is 0
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_message_set_new_range (guint first, guint last, GError **error)
{
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (first == 0 || last == 0)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” is no id of a mail: ids are numbers from 1 to 4294967295"), "0");
      return NULL;
    }

  return take_uids (imap_uid_set_new_range (first, last), NULL, 0);
}

/**
 * g_imap_message_set_new_all: (constructor)
 *
 * Makes a set of all mails of a box, however many there will be. It is open, see
 * g_imap_message_set_is_open().
 *
 * Returns: (transfer full): the set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_message_set_new_all (void)
{
  GImapMessageSet *self = take_uids (imap_uid_set_new_all (), NULL, 0);

  self->is_all = TRUE;

  return self;
}

/**
 * g_imap_message_set_parse: (constructor)
 * @text: ids as IMAP writes them: "7,12:14", "100:*"
 * @error: return location for a #GError
 *
 * Makes a set of what a text says (sequence-set of RFC 9051). Ids may stand in any order and more
 * than once. "*" is the highest id of the box.
 *
 * Returns: (transfer full): the set, or %NULL with %G_IMAP_ERROR_INVALID_ARGUMENT when @text is
 *   something else or empty, with %G_IMAP_ERROR_TOO_MANY when it has more than a million ranges
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_message_set_parse (const char *text, GError **error)
{
  ImapUidSet *uids;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  uids = imap_uid_set_parse (text, -1, error);

  return uids != NULL ? take_uids (uids, NULL, 0) : NULL;
}

GImapMessageSet *
imap_message_set_new_for_box (ImapUidSet *uids, const char *box, guint32 uid_validity)
{
  return take_uids (imap_uid_set_ref (uids), box, uid_validity);
}

/**
 * g_imap_message_set_ref:
 * @self: a #GImapMessageSet
 *
 * Takes one more reference to a set.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_message_set_ref (GImapMessageSet *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * g_imap_message_set_unref:
 * @self: (transfer full): a #GImapMessageSet
 *
 * Gives back a reference to a set, which is freed with the last one.
 *
 * Since: 1.0
 */
void
g_imap_message_set_unref (GImapMessageSet *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  imap_uid_set_unref (self->uids);
  g_free (self->box);
  g_free (self);
}

/**
 * g_imap_message_set_is_open:
 * @self: a #GImapMessageSet
 *
 * Whether a set goes up to the highest id of the box, whatever that is: all mails, or "100:*". The
 * size of such a set is not known, and its ids cannot be listed.
 *
 * Returns: %TRUE when the set has no known end
 *
 * Since: 1.0
 */
gboolean
g_imap_message_set_is_open (GImapMessageSet *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return imap_uid_set_is_open (self->uids);
}

/**
 * g_imap_message_set_get_size:
 * @self: a #GImapMessageSet
 *
 * How many ids are in a set.
 *
 * Returns: the number of ids; 0 when the set is empty or open
 *
 * Since: 1.0
 */
guint
g_imap_message_set_get_size (GImapMessageSet *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return imap_uid_set_get_size (self->uids);
}

/**
 * g_imap_message_set_get_id:
 * @self: a #GImapMessageSet
 * @index: from 0, in ascending order of the ids
 *
 * One id of a set as text.
 *
 * Returns: (transfer full) (nullable): the id; %NULL when @index is past the end or the set is open
 *
 * Since: 1.0
 */
char *
g_imap_message_set_get_id (GImapMessageSet *self, guint index)
{
  guint uid;

  g_return_val_if_fail (self != NULL, NULL);

  uid = g_imap_message_set_get_uid (self, index);

  return uid != 0 ? g_strdup_printf ("%u", uid) : NULL;
}

/**
 * g_imap_message_set_get_uid:
 * @self: a #GImapMessageSet
 * @index: from 0, in ascending order of the ids
 *
 * One id of a set as a number.
 *
 * Returns: the id; 0 when @index is past the end or the set is open
 *
 * Since: 1.0
 */
guint
g_imap_message_set_get_uid (GImapMessageSet *self, guint index)
{
  g_return_val_if_fail (self != NULL, 0);

  return index < imap_uid_set_get_size (self->uids) ? imap_uid_set_get_id (self->uids, index) : 0;
}

/**
 * g_imap_message_set_contains:
 * @self: a #GImapMessageSet
 * @id: an id
 *
 * Whether an id is in a set. An open set has every id from its beginning on.
 *
 * Returns: %TRUE when @id is in the set; %FALSE also when it is no id
 *
 * Since: 1.0
 */
gboolean
g_imap_message_set_contains (GImapMessageSet *self, const char *id)
{
  guint32 uid = 0;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  uid = parse_id (id);

  return uid != 0 && imap_uid_set_contains (self->uids, uid);
}

/**
 * g_imap_message_set_to_strv:
 * @self: a #GImapMessageSet
 *
 * All ids of a set as text, in ascending order.
 *
 * Returns: (transfer full) (array zero-terminated=1) (element-type utf8) (nullable): the ids; %NULL
 *   when the set is open or has more than 16777216 ids
 *
 * Since: 1.0
 */
char **
g_imap_message_set_to_strv (GImapMessageSet *self)
{
  char **ids;
  guint n = 0;

  g_return_val_if_fail (self != NULL, NULL);

  if (imap_uid_set_is_open (self->uids) ||
      imap_uid_set_get_size (self->uids) > IMAP_LIMIT_EXPANSION)
    return NULL;

  ids = g_new (char *, imap_uid_set_get_size (self->uids) + 1);
  for (guint i = 0; i < imap_uid_set_get_n_ranges (self->uids); i++)
    {
      ImapUidRange range = imap_uid_set_get_range (self->uids, i);

      for (guint64 uid = range.first; uid <= range.last; uid++)
        ids[n++] = g_strdup_printf ("%u", (guint) uid);
    }
  ids[n] = NULL;

  return ids;
}

/**
 * g_imap_message_set_to_string:
 * @self: a #GImapMessageSet
 *
 * A set as IMAP writes it, in ascending order and as short as can be: "7,12:14". What
 * g_imap_message_set_parse() reads, except that an empty set is an empty text.
 *
 * Returns: (transfer full): the text
 *
 * Since: 1.0
 */
char *
g_imap_message_set_to_string (GImapMessageSet *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return imap_uid_set_to_string (self->uids);
}

/* Ids of different boxes have nothing in common, however equal they look. */
static gboolean
check_same_box (GImapMessageSet *a, GImapMessageSet *b, GError **error)
{
  if (a->box != NULL && b->box != NULL && strcmp (a->box, b->box) != 0)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("Ids of the box “%s” cannot be put together with ids of the box “%s”"),
                   a->box, b->box);
      return FALSE;
    }
  if (a->uid_validity != 0 && b->uid_validity != 0 && a->uid_validity != b->uid_validity)
    {
      g_set_error (
          error, G_IMAP_ERROR, G_IMAP_ERROR_UIDVALIDITY_CHANGED,
          _ ("Ids with UIDVALIDITY %u cannot be put together with ids with UIDVALIDITY %u"),
          a->uid_validity, b->uid_validity);
      return FALSE;
    }

  return TRUE;
}

/* Takes @uids. */
static GImapMessageSet *
combine (GImapMessageSet *a, GImapMessageSet *b, ImapUidSet *uids)
{
  return take_uids (uids, a->box != NULL ? a->box : b->box,
                    a->uid_validity != 0 ? a->uid_validity : b->uid_validity);
}

/**
 * g_imap_message_set_unite:
 * @self: a #GImapMessageSet
 * @other: another one of the same box; one of the two, or both, may be of no box
 * @error: return location for a #GError
 *
 * Makes a set of the ids that are in one of two sets or in both.
 *
 * Returns: (transfer full): the set, or %NULL with %G_IMAP_ERROR_INVALID_ARGUMENT when the two are
 *   of different boxes, %G_IMAP_ERROR_UIDVALIDITY_CHANGED when the box was made anew between them
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_message_set_unite (GImapMessageSet *self, GImapMessageSet *other, GError **error)
{
  GImapMessageSet *united;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (other != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_same_box (self, other, error))
    return NULL;
  united = combine (self, other, imap_uid_set_unite (self->uids, other->uids));
  united->is_all = self->is_all || other->is_all;

  return united;
}

/**
 * g_imap_message_set_subtract:
 * @self: a #GImapMessageSet
 * @other: another one of the same box; one of the two, or both, may be of no box
 * @error: return location for a #GError
 *
 * Makes a set of the ids that are in @self and not in @other.
 *
 * Returns: (transfer full): the set, or %NULL with %G_IMAP_ERROR_INVALID_ARGUMENT when the two are
 *   of different boxes, %G_IMAP_ERROR_UIDVALIDITY_CHANGED when the box was made anew between them
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_message_set_subtract (GImapMessageSet *self, GImapMessageSet *other, GError **error)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (other != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_same_box (self, other, error))
    return NULL;

  return combine (self, other, imap_uid_set_subtract (self->uids, other->uids));
}

/**
 * g_imap_message_set_equal:
 * @self: a #GImapMessageSet
 * @other: another one
 *
 * Whether two sets have the same ids. Their boxes are not compared.
 *
 * Returns: %TRUE when they have
 *
 * Since: 1.0
 */
gboolean
g_imap_message_set_equal (GImapMessageSet *self, GImapMessageSet *other)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (other != NULL, FALSE);

  return imap_uid_set_equal (self->uids, other->uids);
}

/**
 * g_imap_message_set_hash:
 * @self: a #GImapMessageSet
 *
 * A number for hash tables: the same for sets that are equal by g_imap_message_set_equal().
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
g_imap_message_set_hash (GImapMessageSet *self)
{
  guint hash = 5381;

  g_return_val_if_fail (self != NULL, 0);

  for (guint i = 0; i < imap_uid_set_get_n_ranges (self->uids); i++)
    {
      ImapUidRange range = imap_uid_set_get_range (self->uids, i);

      hash = (hash * 33 + range.first) * 33 + range.last;
    }

  return hash;
}

ImapUidSet *
imap_message_set_get_uids (GImapMessageSet *self)
{
  return self->uids;
}

const char *
imap_message_set_get_box (GImapMessageSet *self)
{
  return self->box;
}

guint32
imap_message_set_get_uid_validity (GImapMessageSet *self)
{
  return self->uid_validity;
}

gboolean
imap_message_set_is_all (GImapMessageSet *self)
{
  return self->is_all;
}
