/* LIST and LSUB: which boxes there are.
 *
 * With LIST-EXTENDED one command tells all; without it LIST and LSUB go together, and STATUS for
 * each box behind them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-list.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/base/peer-hash.h"
#include "gimap4d/imap/command/imap-status.h"
#include "gimap4d/imap/wire/imap-utf7.h"

#include <string.h>

typedef struct
{
  ImapOperation parent;

  gboolean only_subscribed;
  gboolean with_status;

  gboolean is_extended_refused; /* the server announces LIST-EXTENDED and does not do it */
  GPtrArray *boxes;             /* owned: of ImapListedBox */
  GHashTable *by_name;          /* owned: of the same, by name */
  gboolean has_asked_inbox;
  GStrv foreign; /* owned, nullable: prefixes of namespaces that are not the user's own */
  guint n_answers_due;
} ListOperation;

void
imap_listed_box_free (ImapListedBox *box)
{
  imap_list_item_clear (&box->item);
  g_clear_pointer (&box->state, imap_box_state_free);
  g_free (box);
}

static gboolean
uses_extended (ListOperation *self)
{
  return imap_operation_has (self, IMAP_CAPABILITY_LIST_EXTENDED) && !self->is_extended_refused;
}

static gboolean
uses_list_status (ListOperation *self)
{
  return self->with_status && uses_extended (self) &&
         imap_operation_has (self, IMAP_CAPABILITY_LIST_STATUS);
}

/* Whether a name is written as it was read. */
static gboolean
is_reversible (ListOperation *self, const char *raw_name)
{
  gsize length = strlen (raw_name);

  return imap_operation_accepts_utf8 (self) ? g_utf8_validate_len (raw_name, length, NULL) :
                                              imap_utf7_is_reversible (raw_name, length);
}

/* The box of this name, made when it is new. Takes the item's content. */
static ImapListedBox *
take_item (ListOperation *self, ImapListItem *item)
{
  ImapListedBox *box = g_hash_table_lookup (self->by_name, item->name);

  if (box != NULL)
    return box;
  if (self->boxes->len >= IMAP_LIMIT_BOXES)
    {
      imap_operation_fail (self,
                           g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                                        _ ("the server has more than %d boxes"), IMAP_LIMIT_BOXES));
      return NULL;
    }

  box = g_new0 (ImapListedBox, 1);
  box->item = *item;
  memset (item, 0, sizeof *item);
  g_ptr_array_add (self->boxes, box);
  g_hash_table_insert (self->by_name, box->item.name, box);
  if (!is_reversible (self, box->item.raw_name))
    self->parent.host->set_raw_box (self->parent.host_data, box->item.name, box->item.raw_name);

  return box;
}

static gboolean
claim_status (ListOperation *self, const ImapResponse *response)
{
  g_auto (ImapStatusItem) item = { 0 };
  ImapListedBox *box;

  if (!imap_data_parse_status (response, imap_operation_accepts_utf8 (self), &item, NULL))
    return FALSE;

  box = g_hash_table_lookup (self->by_name, item.name);
  if (box == NULL)
    return FALSE;
  g_clear_pointer (&box->state, imap_box_state_free);
  box->state = imap_status_to_state (&item);

  return TRUE;
}

static gboolean
claim (ImapCommand *command, const ImapResponse *response)
{
  ListOperation *self = (ListOperation *) command->operation;
  g_auto (ImapListItem) item = { 0 };
  gboolean is_lsub = response->type == IMAP_DATA_LSUB;
  gboolean is_subscribed;
  ImapListedBox *box;

  if (response->type == IMAP_DATA_STATUS)
    return claim_status (self, response);
  if (!is_lsub && response->type != IMAP_DATA_LIST && response->type != IMAP_DATA_XLIST)
    return FALSE;
  /* A box whose name makes no sense costs that box. */
  if (!imap_data_parse_list (response, imap_operation_accepts_utf8 (self), &item, NULL))
    return TRUE;

  /* LSUB names a parent that is not subscribed itself, with \Noselect (RFC 3501, 6.3.9). */
  is_subscribed = is_lsub ? !imap_list_item_has (&item, "\\Noselect") :
                            imap_list_item_has (&item, "\\Subscribed");
  box = take_item (self, &item);
  if (box != NULL)
    box->is_subscribed = box->is_subscribed || is_subscribed;

  return TRUE;
}

static void
return_boxes (ListOperation *self)
{
  g_hash_table_remove_all (self->by_name);
  for (guint i = self->boxes->len; self->only_subscribed && i > 0; i--)
    {
      ImapListedBox *box = g_ptr_array_index (self->boxes, i - 1);

      if (!box->is_subscribed)
        g_ptr_array_remove_index (self->boxes, i - 1);
    }

  imap_operation_return (self, g_steal_pointer (&self->boxes), (GDestroyNotify) g_ptr_array_unref);
}

static void
status_done (ImapCommand *command, const ImapResponse *response)
{
  ListOperation *self = (ListOperation *) command->operation;

  /* A box that cannot be asked keeps its place in the list, without facts. */
  if (--self->n_answers_due == 0)
    return_boxes (self);
}

static gboolean
is_selectable (const ImapListedBox *box)
{
  return !imap_list_item_has (&box->item, "\\Noselect") &&
         !imap_list_item_has (&box->item, "\\NonExistent");
}

static void
ask_status (ListOperation *self)
{
  g_autofree char *items = imap_status_dup_items (self);

  for (guint i = 0; i < self->boxes->len; i++)
    {
      ImapListedBox *box = g_ptr_array_index (self->boxes, i);
      ImapWriter *writer;

      if (box->state != NULL || !is_selectable (box) ||
          (self->only_subscribed && !box->is_subscribed))
        continue;
      writer = imap_operation_write (self, "STATUS");
      imap_writer_space (writer);
      imap_operation_write_box (self, writer, box->item.name);
      imap_writer_space (writer);
      imap_writer_raw (writer, items);
      self->n_answers_due++;
      imap_operation_submit (self, writer, IMAP_COMMAND_NONE, claim, status_done);
    }

  if (self->n_answers_due == 0)
    return_boxes (self);
}

static void list_plainly (ListOperation *self);
static void list (ListOperation *self, const char *name, const char *arguments);
static void list_done (ImapCommand *command, const ImapResponse *response);

/* Strato leaves INBOX out of the list of all; asked for it alone it has one. */
static gboolean
ask_inbox (ListOperation *self)
{
  if (self->has_asked_inbox || self->only_subscribed ||
      g_hash_table_contains (self->by_name, "INBOX"))
    return FALSE;

  self->has_asked_inbox = TRUE;
  list (self, "LIST", " \"\" \"INBOX\"");

  return TRUE;
}

static gboolean
has_box_below (ListOperation *self, const char *prefix)
{
  for (guint i = 0; i < self->boxes->len; i++)
    if (g_str_has_prefix (((ImapListedBox *) g_ptr_array_index (self->boxes, i))->item.raw_name,
                          prefix))
      return TRUE;

  return FALSE;
}

/* What others share need not be in the list of all (RFC 2342, 5): it is asked for where there is
 * none of it. */
static gboolean
ask_foreign (ListOperation *self)
{
  g_auto (GStrv) foreign = g_steal_pointer (&self->foreign);
  gboolean has_asked = FALSE;

  for (guint i = 0; !self->only_subscribed && foreign != NULL && foreign[i] != NULL; i++)
    {
      g_autofree char *pattern = g_strconcat (foreign[i], "*", NULL);
      ImapWriter *writer;

      if (has_box_below (self, foreign[i]))
        continue;
      writer = imap_operation_write (self, "LIST");
      imap_writer_raw (writer, " \"\" ");
      imap_writer_box_raw (writer, pattern);
      self->n_answers_due++;
      imap_operation_submit (self, writer, IMAP_COMMAND_NONE, claim, list_done);
      has_asked = TRUE;
    }

  return has_asked;
}

static gboolean
claim_namespace (ImapCommand *command, const ImapResponse *response)
{
  ListOperation *self = (ListOperation *) command->operation;

  if (response->type != IMAP_DATA_NAMESPACE)
    return FALSE;
  g_strfreev (self->foreign);
  self->foreign = imap_data_parse_foreign_prefixes (response, NULL);

  return TRUE;
}

static void
go_on (ListOperation *self)
{
  if (self->n_answers_due > 0 || ask_foreign (self) || ask_inbox (self))
    return;

  if (self->with_status)
    ask_status (self);
  else
    return_boxes (self);
}

static void
namespace_done (ImapCommand *command, const ImapResponse *response)
{
  ListOperation *self = (ListOperation *) command->operation;

  /* Who does not want to tell is not asked for more. */
  self->n_answers_due--;
  go_on (self);
}

static void
list_done (ImapCommand *command, const ImapResponse *response)
{
  ListOperation *self = (ListOperation *) command->operation;

  self->n_answers_due--;
  if (response->condition == IMAP_CONDITION_BAD && uses_extended (self))
    {
      self->is_extended_refused = TRUE;
      list_plainly (self);
      return;
    }
  if (response->condition != IMAP_CONDITION_OK)
    {
      imap_operation_fail_response (self, response);
      return;
    }
  go_on (self);
}

static void
list (ListOperation *self, const char *name, const char *arguments)
{
  ImapWriter *writer = imap_operation_write (self, name);

  imap_writer_raw (writer, arguments);
  self->n_answers_due++;
  imap_operation_submit (self, writer, IMAP_COMMAND_NONE, claim, list_done);
}

static void
list_plainly (ListOperation *self)
{
  gboolean has_xlist = imap_operation_has (self, IMAP_CAPABILITY_XLIST) &&
                       !imap_operation_has (self, IMAP_CAPABILITY_SPECIAL_USE);

  list (self, has_xlist ? "XLIST" : "LIST", " \"\" \"*\"");
  list (self, "LSUB", " \"\" \"*\"");
}

static void
list_extended (ListOperation *self)
{
  g_autoptr (GString) arguments = g_string_new (NULL);

  g_string_append (arguments, self->only_subscribed ? " (SUBSCRIBED) \"\" \"*\" RETURN (CHILDREN" :
                                                      " \"\" \"*\" RETURN (SUBSCRIBED CHILDREN");
  if (imap_operation_has (self, IMAP_CAPABILITY_SPECIAL_USE))
    g_string_append (arguments, " SPECIAL-USE");
  if (uses_list_status (self))
    {
      g_autofree char *items = imap_status_dup_items (self);

      g_string_append_printf (arguments, " STATUS %s", items);
    }
  g_string_append_c (arguments, ')');
  list (self, "LIST", arguments->str);
}

static void
start (ImapOperation *operation)
{
  ListOperation *self = (ListOperation *) operation;

  self->boxes = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_listed_box_free);
  self->by_name = g_hash_table_new (peer_hash, g_str_equal);
  if (uses_extended (self))
    list_extended (self);
  else
    list_plainly (self);
  if (!self->only_subscribed && imap_operation_has (self, IMAP_CAPABILITY_NAMESPACE))
    {
      self->n_answers_due++;
      imap_operation_submit (self, imap_operation_write (self, "NAMESPACE"),
                             IMAP_COMMAND_NAMESPACES, claim_namespace, namespace_done);
    }
}

static void
reset (ImapOperation *operation)
{
  ListOperation *self = (ListOperation *) operation;

  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->boxes, g_ptr_array_unref);
  g_clear_pointer (&self->foreign, g_strfreev);
  self->has_asked_inbox = FALSE;
  self->n_answers_due = 0;
}

static const ImapOperationClass list_class = {
  .size = sizeof (ListOperation),
  .traits = IMAP_OPERATION_REPEATABLE,
  .start = start,
  .reset = reset,
  .finalize = reset,
};

gpointer
imap_list_operation_new (gboolean only_subscribed, gboolean with_status)
{
  ListOperation *self = imap_operation_new (&list_class, g_strdup (_ ("listing the boxes")));

  self->only_subscribed = only_subscribed;
  self->with_status = with_status;

  return self;
}

typedef struct
{
  ImapOperation parent;

  char delimiter;
} DelimiterOperation;

static gboolean
claim_delimiter (ImapCommand *command, const ImapResponse *response)
{
  DelimiterOperation *self = (DelimiterOperation *) command->operation;
  g_auto (ImapListItem) item = { 0 };

  if (response->type != IMAP_DATA_LIST ||
      !imap_data_parse_list (response, imap_operation_accepts_utf8 (self), &item, NULL))
    return FALSE;
  self->delimiter = item.delimiter;

  return TRUE;
}

static void
delimiter_done (ImapCommand *command, const ImapResponse *response)
{
  DelimiterOperation *self = (DelimiterOperation *) command->operation;

  if (response->condition == IMAP_CONDITION_OK)
    imap_operation_return (self, g_strndup (&self->delimiter, 1), g_free);
  else
    imap_operation_fail_response (self, response);
}

/* An empty name asks for the delimiter alone (RFC 9051, 6.3.9). */
static void
delimiter_start (ImapOperation *operation)
{
  ImapWriter *writer = imap_operation_write (operation, "LIST");

  imap_writer_raw (writer, " \"\" \"\"");
  imap_operation_submit (operation, writer, IMAP_COMMAND_NONE, claim_delimiter, delimiter_done);
}

static const ImapOperationClass delimiter_class = {
  .size = sizeof (DelimiterOperation),
  .traits = IMAP_OPERATION_REPEATABLE,
  .start = delimiter_start,
};

gpointer
imap_delimiter_operation_new (void)
{
  return imap_operation_new (&delimiter_class, g_strdup (_ ("asking for the delimiter")));
}
