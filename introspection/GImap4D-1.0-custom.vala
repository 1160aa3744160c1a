// What Vala's foreach looks for: a size and an element.
namespace GImap4D {
  public class ImapMessageSet {
    public uint size { [CCode (cname = "g_imap_message_set_get_size")] get; }
    [CCode (cname = "g_imap_message_set_get_id")]
    public string? get (uint index);
  }
}
