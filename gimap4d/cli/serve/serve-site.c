/* The pages of a mailbox, and what is behind each address.
 *
 * The server calls the handlers in its threads; each request is answered before the handler
 * returns. Reading never changes the mailbox: only what the user asks for with a form does.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/serve-site.h"

#include <string.h>

#include "gimap4d/cli/serve/page-letter.h"
#include "gimap4d/cli/serve/page-list.h"
#include "gimap4d/cli/serve/page-mail.h"
#include "gimap4d/cli/serve/page-notice.h"
#include "gimap4d/cli/serve/serve-answer.h"
#include "gimap4d/cli/serve/serve-kept.h"
#include "gimap4d/cli/serve/serve-letter.h"
#include "gimap4d/cli/serve/serve-listing.h"
#include "gimap4d/cli/serve/serve-resources.h"
#include "gimap4d/cli/serve/serve-watch.h"

#define LONGEST_QUERY 200
#define MOST_PAGES 10000000
/* Letters whose page was shown, and whose frame the browser has still to ask for. */
#define MOST_LETTERS 4
#define LETTER_SECONDS 60
/* Searches whose pages are turned. */
#define MOST_FOUND 4
#define FOUND_SECONDS 60
#define IMAGES "images"
#define INLINE "inline"

struct _ServeSite
{
  char *account;
  gboolean is_read_only;
  ServeUsedFunc used;
  gpointer data;
  ServeDoor *door;       /* owned */
  ServeMailbox *mailbox; /* owned */
  ServeWatch *watch;     /* owned */
  ServeKept *letters;    /* owned: of ServeLetter */
  ServeKept *found;      /* owned: of GImapMessageSet */
};

/* One request. */
typedef struct
{
  ServeSite *site;
  GIncomingMessage *request;
  GCancellable *cancellable;
  PageView view;
  char *box;          /* owned, nullable */
  guint uid_validity; /* of the mail that the address names */
  char *id;           /* owned, nullable */
} Visit;

ServeSite *
serve_site_new (const ServeSettings *settings)
{
  ServeSite *self = g_new0 (ServeSite, 1);

  serve_register_resource ();
  self->account = g_strdup (settings->account);
  self->is_read_only = settings->is_read_only;
  self->used = settings->used;
  self->data = settings->data;
  self->door = serve_door_new ();
  self->mailbox = serve_mailbox_new (settings->transporter, settings->connect, settings->data);
  self->watch = serve_watch_new (self->mailbox);
  self->letters = serve_kept_new (MOST_LETTERS, LETTER_SECONDS, serve_letter_free);
  self->found = serve_kept_new (MOST_FOUND, FOUND_SECONDS,
                                (GDestroyNotify) g_imap_message_set_unref);

  return self;
}

void
serve_site_free (ServeSite *self)
{
  serve_kept_free (self->letters);
  serve_kept_free (self->found);
  serve_watch_free (self->watch);
  serve_mailbox_free (self->mailbox);
  serve_door_free (self->door);
  g_free (self->account);
  g_free (self);
}

char *
serve_site_make_address (ServeSite *self, const char *base)
{
  g_autofree char *token = serve_door_make_token (self->door);

  return g_strconcat (base, "?token=", token, NULL);
}

static const char *
get_query (const Visit *visit, const char *name)
{
  const char *value = g_hash_table_lookup (g_incoming_message_get_url_query (visit->request), name);

  return value != NULL && *value != '\0' ? value : NULL;
}

/* FALSE for what is no number from 1 to the largest. */
static gboolean
read_number (const char *text, guint64 largest, guint *out_number)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 1, largest, &number, NULL) || *text == '0')
    return FALSE;

  *out_number = (guint) number;

  return TRUE;
}

/* "1700000000-42" */
static gboolean
read_mail_segment (Visit *visit, const char *segment)
{
  g_auto (GStrv) parts = g_strsplit (segment, "-", 3);
  guint uid = 0;

  if (g_strv_length (parts) != 2 || !read_number (parts[0], G_MAXUINT32, &visit->uid_validity) ||
      !read_number (parts[1], G_MAXUINT32, &uid))
    return FALSE;

  g_free (visit->id);
  visit->id = g_strdup (parts[1]);

  return TRUE;
}

static GImapTransporter *
open_box (Visit *visit, GImapBoxInfo **out_info, GError **error)
{
  return serve_mailbox_open_box (visit->site->mailbox, visit->box, out_info, visit->cancellable,
                                 error);
}

/* The box, if it still is the one that the address means. */
static GImapTransporter *
open_box_of_mail (Visit *visit, GError **error)
{
  g_autoptr (GImapBoxInfo) info = NULL;
  g_autoptr (GImapTransporter) transporter = open_box (visit, &info, error);

  if (transporter == NULL)
    return NULL;
  if (g_imap_box_info_get_uid_validity (info) != visit->uid_validity)
    {
      g_set_error_literal (error, G_IMAP_ERROR, G_IMAP_ERROR_UIDVALIDITY_CHANGED,
                           page_words_get (visit->view.words,
                                           N_ ("The box was made anew since the page was shown.")));
      return NULL;
    }

  return g_steal_pointer (&transporter);
}

/* Without the list, a page is still of use. */
static void
load_boxes (Visit *visit)
{
  if (visit->view.boxes == NULL)
    visit->view.boxes = serve_mailbox_list_boxes (visit->site->mailbox, visit->cancellable, NULL);
}

static GOutgoingMessage *
answer_error (Visit *visit, const GError *error)
{
  /* From a page about what is not there one goes on to another box. */
  if (serve_answer_is_missing (error))
    load_boxes (visit);

  return serve_answer_error (&visit->view, error, g_incoming_message_get_url (visit->request));
}

static char *
make_events_link (Visit *visit)
{
  g_autofree char *seen = serve_watch_describe (visit->site->watch, visit->box);
  g_autofree char *rest = g_strconcat ("/events?seen=", seen, NULL);

  return page_link_in_box (visit->box, rest);
}

static gboolean
read_list_query (Visit *visit, PageList *list)
{
  const char *page = get_query (visit, "page");
  const char *in = get_query (visit, "in");
  const char *show = get_query (visit, "show");
  const char *text = get_query (visit, "q");

  list->page = 1;
  if (page != NULL && !read_number (page, MOST_PAGES, &list->page))
    return FALSE;
  if (text != NULL && (strlen (text) > LONGEST_QUERY * 4 || !g_utf8_validate (text, -1, NULL)))
    return FALSE;
  list->query.text = text;
  list->query.is_whole = g_strcmp0 (in, "all") == 0;
  list->query.is_unread = g_strcmp0 (show, "unread") == 0;
  list->query.is_flagged = g_strcmp0 (show, "flagged") == 0;

  return TRUE;
}

static GOutgoingMessage *
answer_list (Visit *visit)
{
  g_autofree char *events = make_events_link (visit);
  g_autoptr (GPtrArray) mails = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GImapBoxInfo) info = NULL;
  g_autoptr (GError) error = NULL;
  PageList list = { .mails = mails, .events = events };
  gboolean is_part = g_strcmp0 (get_query (visit, "part"), "list") == 0;

  if (!read_list_query (visit, &list))
    return serve_answer_missing (&visit->view);
  transporter = open_box (visit, &info, &error);
  if (transporter == NULL || !serve_listing_load (visit->site->found, transporter, info, &list,
                                                  visit->cancellable, &error))
    return answer_error (visit, error);
  load_boxes (visit);
  if (list.page > 1 && list.page > list.n_pages)
    return serve_answer_missing (&visit->view);

  return serve_answer_page (is_part ? page_list_build_part (&visit->view, &list) :
                                      page_list_build (&visit->view, &list),
                            200);
}

/* What of the page of a mail changes with what happens in the box. */
static GOutgoingMessage *
answer_boxes (Visit *visit)
{
  GString *html = g_string_new (NULL);

  load_boxes (visit);
  page_add_boxes (&visit->view, html);

  return serve_answer_page (g_string_free (html, FALSE), 200);
}

static GOutgoingMessage *
answer_events (Visit *visit)
{
  g_autoptr (GEventStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  GOutgoingMessage *message = NULL;

  stream = serve_watch_open (visit->site->watch, visit->box, visit->request,
                             get_query (visit, "seen"), &error);
  if (error != NULL)
    return serve_answer_error (&visit->view, error, NULL);

  message = g_outgoing_message_new ();
  /* With 204 the browser does not come again. */
  if (stream == NULL || !g_outgoing_message_set_event_stream (message, stream, NULL))
    g_outgoing_message_set_status (message, 204, NULL);

  return message;
}

/* What the keys of a mail are made of. */
static char *
name_mail (const Visit *visit)
{
  return g_strdup_printf ("%u-%s/%s", visit->uid_validity, visit->id, visit->box);
}

static GOutgoingMessage *
answer_mail (Visit *visit)
{
  ServeDoor *door = visit->site->door;
  g_autofree char *name = name_mail (visit);
  g_autofree char *key = serve_door_sign (door, IMAGES, name);
  g_autofree char *events = make_events_link (visit);
  g_autofree char *newer = NULL;
  g_autofree char *older = NULL;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ServeLetter) letter = NULL;
  PageMail page = { .uid_validity = visit->uid_validity, .images_key = key, .events = events };
  GOutgoingMessage *message = NULL;

  transporter = open_box_of_mail (visit, &error);
  if (transporter != NULL)
    letter = serve_letter_load (transporter, visit->id, visit->cancellable, &error);
  if (letter == NULL)
    return answer_error (visit, error);
  serve_listing_find_neighbours (transporter, visit->id, &newer, &older, visit->cancellable);
  load_boxes (visit);

  page.mail = letter->mail;
  page.attachments = g_email_get_attachments (letter->summary);
  page.text = letter->text;
  page.html = letter->html;
  page.is_cut = letter->is_cut;
  page.newer_id = newer;
  page.older_id = older;
  page.has_remote = letter->html != NULL && page_letter_has_remote (letter->html);
  page.shows_text = letter->text != NULL && g_strcmp0 (get_query (visit, "as"), "text") == 0;
  page.shows_images = serve_door_is_signed (door, IMAGES, name, get_query (visit, IMAGES));

  message = serve_answer_page (page_mail_build (&visit->view, &page), 200);
  if (letter->html != NULL)
    serve_kept_put (visit->site->letters, name, g_steal_pointer (&letter));

  return message;
}

static char *
strip_brackets (const char *content_id)
{
  g_autofree char *plain = g_strdup (*content_id == '<' ? content_id + 1 : content_id);
  gsize length = strlen (plain);

  if (length > 0 && plain[length - 1] == '>')
    plain[length - 1] = '\0';

  return g_steal_pointer (&plain);
}

typedef struct
{
  Visit *visit;
  GListModel *attachments;
} Inliner;

static char *
name_part (const Visit *visit, guint index)
{
  g_autofree char *mail = name_mail (visit);

  return g_strdup_printf ("%u/%s", index, mail);
}

/* The frame has no origin, and so no cookie: the address itself has to be the key. */
static char *
make_inline_link (const Visit *visit, guint index)
{
  g_autofree char *name = name_part (visit, index);
  g_autofree char *key = serve_door_sign (visit->site->door, INLINE, name);
  g_autofree char *rest = g_strdup_printf ("/part/%u/%s", index, key);

  return page_link_mail (visit->box, visit->uid_validity, visit->id, rest);
}

static char *
find_inline_cb (const char *content_id, gpointer data)
{
  const Inliner *inliner = data;

  for (guint i = 0; i < g_list_model_get_n_items (inliner->attachments); i++)
    {
      g_autoptr (GMailAttachment) attachment = g_list_model_get_item (inliner->attachments, i);
      const char *other = g_mail_attachment_get_cid (attachment);
      g_autofree char *plain = other != NULL ? strip_brackets (other) : NULL;

      if (g_strcmp0 (plain, content_id) == 0)
        return make_inline_link (inliner->visit, i);
    }

  return NULL;
}

/* What the page around it has fetched just now, or else from the mail server. */
static ServeLetter *
find_letter (Visit *visit, const char *name, GError **error)
{
  ServeLetter *letter = serve_kept_take (visit->site->letters, name);
  g_autoptr (GImapTransporter) transporter = NULL;

  if (letter != NULL)
    return letter;
  transporter = open_box_of_mail (visit, error);

  return transporter != NULL ?
             serve_letter_load (transporter, visit->id, visit->cancellable, error) :
             NULL;
}

static GOutgoingMessage *
answer_letter (Visit *visit)
{
  g_autofree char *name = name_mail (visit);
  gboolean with_images = serve_door_is_signed (visit->site->door, IMAGES, name,
                                               get_query (visit, IMAGES));
  g_autoptr (GError) error = NULL;
  g_autofree char *html = NULL;
  g_autoptr (ServeLetter) letter = find_letter (visit, name, &error);
  Inliner inliner = { .visit = visit };

  if (letter == NULL)
    return answer_error (visit, error);
  if (letter->html == NULL)
    return serve_answer_missing (&visit->view);

  inliner.attachments = g_email_get_attachments (letter->summary);
  html = page_letter_prepare (letter->html, find_inline_cb, &inliner);

  return serve_answer_letter (html, with_images);
}

/* Never changes: who has it already costs the mail server no question. */
static GOutgoingMessage *
answer_source (Visit *visit)
{
  gboolean is_saved = get_query (visit, "save") != NULL;
  g_autofree char *etag = g_strdup_printf ("%u-%s-source", visit->uid_validity, visit->id);
  g_autofree char *name = g_strdup_printf ("%s.eml", visit->id);
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  const ServeFile file = {
    .etag = etag,
    .content_type = is_saved ? "message/rfc822" : "text/plain; charset=utf-8",
    .name = is_saved ? name : NULL,
  };

  if (g_incoming_message_is_fresh (visit->request, etag))
    return serve_answer_not_modified (etag);
  transporter = open_box_of_mail (visit, &error);
  if (transporter != NULL)
    stream = g_imap_transporter_open_mime (transporter, visit->id, FALSE, visit->cancellable,
                                           &error);
  if (stream == NULL)
    return answer_error (visit, error);

  return serve_answer_stream (stream, &file);
}

static GMailAttachment *
find_attachment (Visit *visit, guint index, GError **error)
{
  g_autoptr (GImapTransporter) transporter = open_box_of_mail (visit, error);
  g_autoptr (GEmail) mail = NULL;

  if (transporter != NULL)
    mail = g_imap_transporter_get_mail (transporter, visit->id, G_IMAP_FETCH_SUMMARY,
                                        visit->cancellable, error);
  if (mail == NULL)
    return NULL;

  return g_list_model_get_item (g_email_get_attachments (mail), index);
}

static gboolean
is_image (GMailAttachment *attachment)
{
  const char *type = g_mail_attachment_get_content_type (attachment);

  return type != NULL && g_ascii_strncasecmp (type, "image/", 6) == 0;
}

/* From the mail server into the answer piece by piece, whatever its size. It is always saved, never
 * shown as a page: it may be one. For an image in the HTML of a mail that makes no difference. */
static GOutgoingMessage *
answer_part (Visit *visit, guint index, gboolean is_for_frames)
{
  g_autofree char *etag = g_strdup_printf ("%u-%s-%u", visit->uid_validity, visit->id, index);
  g_autoptr (GMailAttachment) attachment = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  ServeFile file = { .etag = etag, .is_for_frames = is_for_frames };

  if (g_incoming_message_is_fresh (visit->request, etag))
    return serve_answer_not_modified (etag);
  attachment = find_attachment (visit, index, &error);
  if (error != NULL)
    return answer_error (visit, error);
  if (attachment == NULL || (is_for_frames && !is_image (attachment)))
    return serve_answer_missing (&visit->view);

  stream = g_mail_attachment_open (attachment, visit->cancellable, &error);
  if (stream == NULL)
    return answer_error (visit, error);
  name = page_mail_name_attachment (visit->view.words, attachment, index);
  file.name = name;
  file.content_type = g_mail_attachment_get_content_type (attachment);

  return serve_answer_stream (stream, &file);
}

static GOutgoingMessage *
answer_inline_part (Visit *visit, guint index, const char *key)
{
  g_autofree char *name = name_part (visit, index);

  if (!serve_door_is_signed (visit->site->door, INLINE, name, key))
    return serve_answer_closed (&visit->view);

  return answer_part (visit, index, TRUE);
}

static gboolean
read_index (const char *text, guint *out_index)
{
  if (!read_number (text, G_MAXINT, out_index) && strcmp (text, "0") != 0)
    return FALSE;
  if (*text == '0')
    *out_index = 0;

  return TRUE;
}

/* Below "/box/NAME/MAIL". */
static GOutgoingMessage *
answer_below_mail (Visit *visit, const char *const *rest)
{
  guint n = g_strv_length ((GStrv) rest);
  guint index = 0;

  if (n == 0)
    return answer_mail (visit);
  if (n == 1 && strcmp (rest[0], "html") == 0)
    return answer_letter (visit);
  if (n == 1 && strcmp (rest[0], "source") == 0)
    return answer_source (visit);
  if (n == 2 && strcmp (rest[0], "part") == 0 && read_index (rest[1], &index))
    return answer_part (visit, index, FALSE);

  return serve_answer_missing (&visit->view);
}

static GOutgoingMessage *
answer_below_box (Visit *visit, const char *const *rest)
{
  if (rest[0] == NULL)
    return answer_list (visit);
  if (strcmp (rest[0], "events") == 0 && rest[1] == NULL)
    return answer_events (visit);
  if (strcmp (rest[0], "boxes") == 0 && rest[1] == NULL)
    return answer_boxes (visit);
  if (read_mail_segment (visit, rest[0]))
    return answer_below_mail (visit, rest + 1);

  return serve_answer_missing (&visit->view);
}

static GOutgoingMessage *
answer_entrance (Visit *visit, const char *token)
{
  ServeSite *site = visit->site;

  if (!serve_door_let_in (site->door, visit->request, token))
    return serve_door_is_in (visit->request) ? serve_answer_redirect ("/") :
                                               serve_answer_closed (&visit->view);

  site->used (site->data);

  return serve_answer_page (page_notice_build_entrance (&visit->view), 200);
}

static void
set_box (Visit *visit, const char *segment)
{
  visit->box = page_box_from_link (segment);
  visit->view.box = visit->box;
}

/* What has its key in the address, or needs none; NULL if it is something else. */
static GOutgoingMessage *
answer_open (Visit *visit, const char *const *path, guint n)
{
  const char *token = get_query (visit, "token");
  guint index = 0;

  if (n == 0 && token != NULL)
    return answer_entrance (visit, token);
  if (n == 2 && strcmp (path[0], "assets") == 0)
    return serve_answer_asset (path[1]);
  if (n == 6 && strcmp (path[0], "box") == 0 && strcmp (path[3], "part") == 0 &&
      read_mail_segment (visit, path[2]) && read_index (path[4], &index))
    {
      set_box (visit, path[1]);
      return answer_inline_part (visit, index, path[5]);
    }

  return NULL;
}

static GOutgoingMessage *
answer (Visit *visit)
{
  const char *const *path = g_incoming_message_get_url_path (visit->request);
  guint n = g_strv_length ((GStrv) path);
  GOutgoingMessage *message = answer_open (visit, path, n);

  if (message != NULL)
    return message;
  if (!serve_door_is_in (visit->request))
    return serve_answer_closed (&visit->view);
  if (n == 0)
    return serve_answer_redirect ("/box/INBOX");
  if (n < 2 || strcmp (path[0], "box") != 0)
    return serve_answer_missing (&visit->view);

  set_box (visit, path[1]);

  return answer_below_box (visit, path + 2);
}

static const struct
{
  const char *name;
  const char *keyword;
  gboolean is_set;
} changes[] = {
  { "read", "$seen", TRUE },
  { "unread", "$seen", FALSE },
  { "flag", "$flagged", TRUE },
  { "unflag", "$flagged", FALSE },
};

static gboolean
find_change (const Visit *visit, ServeChange *change)
{
  g_autoptr (GHashTable) form = g_incoming_message_get_form (visit->request, NULL);
  const char *name = form != NULL ? g_hash_table_lookup (form, "do") : NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    if (g_strcmp0 (changes[i].name, name) == 0)
      {
        change->keyword = changes[i].keyword;
        change->is_set = changes[i].is_set;
        return TRUE;
      }

  return FALSE;
}

static GOutgoingMessage *
answer_change (Visit *visit)
{
  const char *const *path = g_incoming_message_get_url_path (visit->request);
  g_autoptr (GError) error = NULL;
  g_autofree char *link = NULL;
  ServeChange change = { 0 };

  if (!serve_door_is_in (visit->request) || !serve_door_is_from_own_page (visit->request) ||
      visit->site->is_read_only)
    return serve_answer_closed (&visit->view);
  if (g_strv_length ((GStrv) path) != 4 || strcmp (path[0], "box") != 0 ||
      strcmp (path[3], "flags") != 0)
    return serve_answer_missing (&visit->view);
  set_box (visit, path[1]);
  if (!read_mail_segment (visit, path[2]) || !find_change (visit, &change))
    return serve_answer_missing (&visit->view);

  change.box = visit->box;
  change.uid_validity = visit->uid_validity;
  change.id = visit->id;
  if (!serve_mailbox_change (visit->site->mailbox, &change, visit->cancellable, &error))
    return answer_error (visit, error);
  serve_kept_forget (visit->site->found);

  link = page_link_mail (visit->box, visit->uid_validity, visit->id, "");

  return serve_answer_redirect (link);
}

static void
visit_clear (Visit *visit)
{
  g_clear_pointer (&visit->view.boxes, g_ptr_array_unref);
  g_free (visit->box);
  g_free (visit->id);
}

static void
handle (ServeSite *self,
        GIncomingMessage *request,
        GRestCall *call,
        GOutgoingMessage *(*func) (Visit *visit))
{
  const char *languages = g_incoming_message_get_header (request, "accept-language");
  g_autoptr (GOutgoingMessage) message = NULL;
  Visit visit = {
    .site = self,
    .request = request,
    .cancellable = g_incoming_message_get_cancellable (request),
    .view = { .words = page_words_choose (languages),
              .account = self->account,
              .is_read_only = self->is_read_only },
  };

  message = func (&visit);
  g_rest_call_return_message (call, message);
  visit_clear (&visit);
}

static void
get_cb (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  handle (data, request, call, answer);
}

static void
post_cb (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  handle (data, request, call, answer_change);
}

gboolean
serve_site_add_to (ServeSite *self, GRestServer *server, GError **error)
{
  return g_rest_server_add_handler (server, "/", "GET", get_cb, self, NULL, error) &&
         g_rest_server_add_handler (server, "/", "POST", post_cb, self, NULL, error);
}
