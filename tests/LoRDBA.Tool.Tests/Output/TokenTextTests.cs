using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Tests.Output;

public sealed class TokenTextTests
{
    [Fact]
    public void Text_stays_text() => Assert.Equal("\" Küche 😀\"", TokenText.Quote(" Küche 😀"u8));

    [Fact]
    public void Marks_and_controls_are_escaped() => Assert.Equal("\"\\\"\\\\\\n\\r\\t\\x00\\x7F\"", TokenText.Quote("\"\\\n\r\t\0\u007f"u8));

    [Fact]
    public void A_piece_of_a_character_is_shown_as_bytes() => Assert.Equal("\"a\\xF0\\x9F\\x98b\\x80\"", TokenText.Quote([(byte)'a', 0xF0, 0x9F, 0x98, (byte)'b', 0x80]));
}
