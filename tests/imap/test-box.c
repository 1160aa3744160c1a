/* Boxes: what attributes, names and facts become.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/gimap4d.h"

#include "gimap4d/imap/imap-box-info-private.h"
#include "gimap4d/imap/imap-box-private.h"

#include <string.h>

static GImapBox *
make (const char *name, const char *attributes, char delimiter)
{
  g_auto (GStrv) split = *attributes != '\0' ? g_strsplit (attributes, " ", 0) : NULL;
  ImapBoxValues values = {
    .name = name,
    .attributes = (const char *const *) split,
    .delimiter = delimiter,
  };

  return imap_box_new (&values);
}

static void
test_attributes (void)
{
  static const struct
  {
    const char *attributes;
    gboolean selectable, inferior, interesting, subscribed;
    GImapBoxRole role;
  } cases[] = {
    { "", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_NONE },
    { "\\Noselect", FALSE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_NONE },
    { "\\NOSELECT \\HasChildren", FALSE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_NONE },
    { "\\NonExistent", FALSE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_NONE },
    { "\\Noinferiors", TRUE, FALSE, FALSE, FALSE, G_IMAP_BOX_ROLE_NONE },
    { "\\HasNoChildren", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_NONE },
    { "\\Marked", TRUE, TRUE, TRUE, FALSE, G_IMAP_BOX_ROLE_NONE },
    { "\\Unmarked", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_NONE },
    { "\\Subscribed", TRUE, TRUE, FALSE, TRUE, G_IMAP_BOX_ROLE_NONE },
    { "\\HasNoChildren \\sent", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_SENT },
    { "\\Drafts", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_DRAFTS },
    { "\\Trash", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_TRASH },
    { "\\Junk", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_JUNK },
    { "\\Spam", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_JUNK },
    { "\\Archive", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_ARCHIVE },
    { "\\All", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_ALL },
    { "\\AllMail", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_ALL },
    { "\\Flagged", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_FLAGGED },
    { "\\Starred", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_FLAGGED },
    { "\\Inbox", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_INBOX },
    { "\\Important", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_NONE },
    { "Sent", TRUE, TRUE, FALSE, FALSE, G_IMAP_BOX_ROLE_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GImapBox) box = make ("Some/Box", cases[i].attributes, '/');

      g_assert_cmpstr (g_imap_box_get_name (box), ==, "Some/Box");
      g_assert_cmpint (g_imap_box_get_selectable (box), ==, cases[i].selectable);
      g_assert_cmpint (g_imap_box_get_inferior (box), ==, cases[i].inferior);
      g_assert_cmpint (g_imap_box_get_interesting (box), ==, cases[i].interesting);
      g_assert_cmpint (g_imap_box_get_subscribed (box), ==, cases[i].subscribed);
      g_assert_cmpint (g_imap_box_get_role (box), ==, cases[i].role);
      g_assert_cmpstr (g_imap_box_get_delimiter (box), ==, "/");
      g_assert_null (g_imap_box_get_info (box));
    }
}

/* One box alone, by its name. */
static void
test_names (void)
{
  static const struct
  {
    const char *name;
    char delimiter;
    GImapBoxRole role;
  } cases[] = {
    { "inbox", '/', G_IMAP_BOX_ROLE_INBOX },
    { "INBOX/inbox", '/', G_IMAP_BOX_ROLE_NONE },
    { "Sent", '/', G_IMAP_BOX_ROLE_SENT },
    { "SENT ITEMS", 0, G_IMAP_BOX_ROLE_SENT },
    { "INBOX.Sent", '.', G_IMAP_BOX_ROLE_SENT },
    { "Inbox/Éléments envoyés", '/', G_IMAP_BOX_ROLE_SENT },
    { "Envoye\314\201s", '/', G_IMAP_BOX_ROLE_SENT },
    { "[Gmail]/Messages envoyés", '/', G_IMAP_BOX_ROLE_SENT },
    { "[Google Mail]/Papierkorb", '/', G_IMAP_BOX_ROLE_TRASH },
    { "Gelöschte Objekte", '/', G_IMAP_BOX_ROLE_TRASH },
    { "Entwürfe", '/', G_IMAP_BOX_ROLE_DRAFTS },
    { "Borradores", '/', G_IMAP_BOX_ROLE_DRAFTS },
    { "Courrier indésirable", '/', G_IMAP_BOX_ROLE_JUNK },
    { "迷惑メール", '/', G_IMAP_BOX_ROLE_JUNK },
    { "СПАМ", '/', G_IMAP_BOX_ROLE_JUNK },
    { "Архив", '/', G_IMAP_BOX_ROLE_ARCHIVE },
    { "Gönderilmiş Öğeler", '/', G_IMAP_BOX_ROLE_SENT },
    { "已发送", '/', G_IMAP_BOX_ROLE_SENT },
    { "휴지통", '/', G_IMAP_BOX_ROLE_TRASH },
    { "Kôš", '/', G_IMAP_BOX_ROLE_TRASH },
    /* A user's own. */
    { "Projects/Archive", '/', G_IMAP_BOX_ROLE_NONE },
    { "INBOX/Projects/Sent", '/', G_IMAP_BOX_ROLE_NONE },
    { "[x]y/Sent", '/', G_IMAP_BOX_ROLE_NONE },
    { "/Sent", '/', G_IMAP_BOX_ROLE_NONE },
    { "Sent letters", '/', G_IMAP_BOX_ROLE_NONE },
    { "", '/', G_IMAP_BOX_ROLE_NONE },
    { "INBOX/", '/', G_IMAP_BOX_ROLE_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) boxes = g_ptr_array_new_with_free_func (g_object_unref);
      GImapBox *box = make (cases[i].name, "", cases[i].delimiter);

      g_ptr_array_add (boxes, box);
      imap_box_guess_roles (boxes);
      if (g_imap_box_get_role (box) != cases[i].role)
        g_error ("“%s” is %d", cases[i].name, g_imap_box_get_role (box));
      g_assert_cmpint (g_imap_box_get_delimiter (box) != NULL, ==, cases[i].delimiter != 0);
    }
}

/* Of several boxes one has a role: what the server names, else what speaks clearest. */
static void
test_guess (void)
{
  static const struct
  {
    const char *name, *attributes;
    GImapBoxRole role;
  } cases[] = {
    { "INBOX", "", G_IMAP_BOX_ROLE_INBOX },
    { "Sent Messages", "", G_IMAP_BOX_ROLE_NONE },
    { "Sent", "", G_IMAP_BOX_ROLE_SENT },
    { "Gesendet", "", G_IMAP_BOX_ROLE_NONE },
    { "Papierkorb", "\\Trash", G_IMAP_BOX_ROLE_TRASH },
    { "Trash", "", G_IMAP_BOX_ROLE_NONE },
    { "Spam", "", G_IMAP_BOX_ROLE_JUNK },
    { "Junk", "\\Noselect", G_IMAP_BOX_ROLE_NONE },
    { "Archive", "\\Drafts", G_IMAP_BOX_ROLE_DRAFTS },
    { "Drafts", "", G_IMAP_BOX_ROLE_NONE },
  };
  g_autoptr (GPtrArray) boxes = g_ptr_array_new_with_free_func (g_object_unref);

  imap_box_guess_roles (boxes);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_ptr_array_add (boxes, make (cases[i].name, cases[i].attributes, '/'));
  imap_box_guess_roles (boxes);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (g_imap_box_get_role (g_ptr_array_index (boxes, i)), ==, cases[i].role);
}

static void
test_long_name (void)
{
  g_autofree char *name = g_strnfill (4096, 's');
  g_autoptr (GPtrArray) boxes = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (boxes, make (name, "", '/'));
  imap_box_guess_roles (boxes);
  g_assert_cmpint (g_imap_box_get_role (boxes->pdata[0]), ==, G_IMAP_BOX_ROLE_NONE);
}

static void
test_info (void)
{
  static const char *const flags[] = { "\\Seen", "$Forwarded", NULL };
  static const char *const permanent[] = { "\\*", NULL };
  ImapBoxInfoValues values = {
    .name = "Archive/Ä",
    .mail_count = 3000000000u,
    .mail_recent = 2,
    .flags = flags,
    .permanent_flags = permanent,
    .unseen = 5,
    .uid_validity = 4000000000u,
    .uid_next = 4294967296,
    .highest_modseq = G_MAXINT64,
    .is_read_only = TRUE,
  };
  g_autoptr (GImapBoxInfo) info = imap_box_info_new (&values);
  g_autoptr (GImapBoxInfo) named = NULL;

  g_assert_cmpstr (g_imap_box_info_get_name (info), ==, "Archive/Ä");
  g_assert_cmpuint (g_imap_box_info_get_mail_count (info), ==, 3000000000u);
  g_assert_cmpuint (g_imap_box_info_get_mail_recent (info), ==, 2);
  g_assert_cmpstr (g_imap_box_info_get_id (info), ==, "4000000000");
  g_assert_cmpstrv (g_imap_box_info_get_flags (info), flags);
  g_assert_cmpstrv (g_imap_box_info_get_permanent_flags (info), permanent);
  g_assert_cmpint (g_imap_box_info_get_unseen (info), ==, 5);
  g_assert_cmpuint (g_imap_box_info_get_uid_validity (info), ==, 4000000000u);
  g_assert_cmpint (g_imap_box_info_get_uid_next (info), ==, 4294967296);
  g_assert_cmpint (g_imap_box_info_get_highest_modseq (info), ==, G_MAXINT64);
  g_assert_true (g_imap_box_info_get_read_only (info));

  values.mailbox_id = "F2212ea87-6097";
  named = imap_box_info_new (&values);
  g_assert_cmpstr (g_imap_box_info_get_id (named), ==, "F2212ea87-6097");
}

static void
test_info_unknown (void)
{
  ImapBoxInfoValues values = IMAP_BOX_INFO_VALUES_INIT;
  g_autoptr (GImapBoxInfo) info = NULL;

  values.name = "INBOX";
  info = imap_box_info_new (&values);

  g_assert_null (g_imap_box_info_get_id (info));
  g_assert_cmpuint (g_strv_length ((GStrv) g_imap_box_info_get_flags (info)), ==, 0);
  g_assert_cmpuint (g_strv_length ((GStrv) g_imap_box_info_get_permanent_flags (info)), ==, 0);
  g_assert_cmpint (g_imap_box_info_get_unseen (info), ==, -1);
  g_assert_cmpint (g_imap_box_info_get_uid_next (info), ==, -1);
  g_assert_cmpint (g_imap_box_info_get_highest_modseq (info), ==, -1);
  g_assert_false (g_imap_box_info_get_read_only (info));
}

static void
test_box_with_info (void)
{
  ImapBoxInfoValues facts = IMAP_BOX_INFO_VALUES_INIT;
  ImapBoxValues values = { .name = "INBOX", .is_subscribed = TRUE };
  g_autoptr (GImapBox) box = NULL;

  facts.name = "INBOX";
  values.info = imap_box_info_new (&facts);
  box = imap_box_new (&values);
  g_object_unref (values.info);

  g_assert_cmpstr (g_imap_box_info_get_name (g_imap_box_get_info (box)), ==, "INBOX");
  g_assert_true (g_imap_box_get_subscribed (box));
  g_assert_null (g_imap_box_get_delimiter (box));
}

/* Every property says what its getter says, cannot be written, and is there on an object that a
 * binding has made of nothing. */
static void
assert_properties (GObject *object, guint expected)
{
  g_autofree GParamSpec **specs = NULL;
  guint n = 0;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);
  g_assert_cmpuint (n, ==, expected);
  for (guint i = 0; i < n; i++)
    {
      GValue value = G_VALUE_INIT;

      g_assert_cmpint (specs[i]->flags & (G_PARAM_READABLE | G_PARAM_WRITABLE), ==,
                       G_PARAM_READABLE);
      g_assert_nonnull (g_param_spec_get_blurb (specs[i]));
      g_object_get_property (object, specs[i]->name, &value);
      g_assert_false (g_param_value_validate (specs[i], &value));
      g_value_unset (&value);
    }
}

static void
test_properties (void)
{
  g_autoptr (GImapBox) nothing = g_object_new (G_TYPE_IMAP_BOX, NULL);
  g_autoptr (GImapBoxInfo) no_info = g_object_new (G_TYPE_IMAP_BOX_INFO, NULL);
  g_autoptr (GImapBox) box = make ("INBOX.Sent", "\\Sent \\Marked \\Noselect", '.');
  g_autofree char *name = NULL;
  g_autofree char *delimiter = NULL;
  gboolean selectable, inferior, interesting, subscribed;
  GImapBoxRole role;

  assert_properties (G_OBJECT (nothing), 8);
  assert_properties (G_OBJECT (no_info), 12);

  g_object_get (box, "name", &name, "selectable", &selectable, "inferior", &inferior, "interesting",
                &interesting, "subscribed", &subscribed, "delimiter", &delimiter, "role", &role,
                NULL);
  g_assert_cmpstr (name, ==, "INBOX.Sent");
  g_assert_cmpstr (delimiter, ==, ".");
  g_assert_false (selectable);
  g_assert_true (inferior);
  g_assert_true (interesting);
  g_assert_false (subscribed);
  g_assert_cmpint (role, ==, G_IMAP_BOX_ROLE_SENT);
}

static void
test_info_properties (void)
{
  static const char *const flags[] = { "\\Seen", NULL };
  static const char *const permanent[] = { "\\*", NULL };
  ImapBoxInfoValues values = { "INBOX", 1, 2, "id", flags, permanent, 3, 4, 5, 6, 7, TRUE };
  g_autoptr (GImapBoxInfo) info = imap_box_info_new (&values);
  g_autofree char *name = NULL;
  g_autofree char *id = NULL;
  g_auto (GStrv) all = NULL;
  g_auto (GStrv) lasting = NULL;
  guint count, recent, uid_validity;
  gint64 unseen, uid_next, highest_modseq, size;
  gboolean read_only;

  assert_properties (G_OBJECT (info), 12);
  g_object_get (info, "name", &name, "mail-count", &count, "mail-recent", &recent, "id", &id,
                "flags", &all, "permanent-flags", &lasting, "unseen", &unseen, "uid-validity",
                &uid_validity, "uid-next", &uid_next, "highest-modseq", &highest_modseq, "size",
                &size, "read-only", &read_only, NULL);
  g_assert_cmpint (size, ==, 7);
  g_assert_cmpstr (name, ==, "INBOX");
  g_assert_cmpuint (count, ==, 1);
  g_assert_cmpuint (recent, ==, 2);
  g_assert_cmpstr (id, ==, "id");
  g_assert_cmpstrv (all, flags);
  g_assert_cmpstrv (lasting, permanent);
  g_assert_cmpint (unseen, ==, 3);
  g_assert_cmpuint (uid_validity, ==, 4);
  g_assert_cmpint (uid_next, ==, 5);
  g_assert_cmpint (highest_modseq, ==, 6);
  g_assert_true (read_only);
}

/* Programs have these numbers compiled in, and 4D names some of them. */
static void
test_numbers (void)
{
  g_assert_cmpint (G_IMAP_BOX_STATE_WRITABLE, ==, 0);
  g_assert_cmpint (G_IMAP_BOX_STATE_READ_ONLY, ==, 1);
  g_assert_cmpint (G_IMAP_FETCH_HEADERS, ==, 0);
  g_assert_cmpint (G_IMAP_FETCH_UPDATE_SEEN, ==, 1);
  g_assert_cmpint (G_IMAP_FETCH_WITH_BODY, ==, 2);
  g_assert_cmpint (G_IMAP_FETCH_DEFAULT, ==, 3);
  g_assert_cmpint (G_IMAP_FETCH_SUMMARY, ==, 4);
  g_assert_true (G_TYPE_IS_FLAGS (G_TYPE_IMAP_FETCH_FLAGS));
  g_assert_true (G_TYPE_IS_FLAGS (G_TYPE_IMAP_BOX_LIST_FLAGS));
  g_assert_true (G_TYPE_IS_ENUM (G_TYPE_IMAP_TLS_MODE));
  g_assert_true (G_TYPE_IS_ENUM (G_TYPE_IMAP_TRANSPORTER_STATE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/box/attributes", test_attributes);
  g_test_add_func ("/box/names", test_names);
  g_test_add_func ("/box/guess", test_guess);
  g_test_add_func ("/box/long-name", test_long_name);
  g_test_add_func ("/box/info", test_info);
  g_test_add_func ("/box/info-unknown", test_info_unknown);
  g_test_add_func ("/box/with-info", test_box_with_info);
  g_test_add_func ("/box/properties", test_properties);
  g_test_add_func ("/box/info-properties", test_info_properties);
  g_test_add_func ("/box/numbers", test_numbers);

  return g_test_run ();
}
