using System.Text.Json;
using Iot.Device.CharacterLcd;
using LoRDBA.Boards.Bindings.Tools;

namespace LoRDBA.Boards.Bindings.Tests.Tools;

public sealed class DisplayToolTests
{
    [Fact]
    public void A_text_fills_row_after_row_and_foreign_characters_become_question_marks()
    {
        var glass = new Glass();
        using var tool = new DisplayTool(new Lcd1602(glass));
        tool.Invoke(JsonElement.Parse("""{"text":"Living room 21.5°C, all off"}"""));
        Assert.Equal("Living room 21.5?C, all off     ", glass.Shown);
        tool.Invoke(JsonElement.Parse("""{"text":"back\\slash"}"""));
        Assert.Equal("back?slash".PadRight(32), glass.Shown);
    }

    [Fact]
    public void A_text_that_is_longer_than_the_display_is_refused_and_nothing_changes()
    {
        var glass = new Glass();
        using var tool = new DisplayTool(new Lcd1602(glass));
        tool.Show("before");
        var error = Assert.Throws<DeviceToolException>(() => tool.Invoke(JsonElement.Parse($$"""{"text":"{{new string('x', 33)}}"}""")));
        Assert.Equal("display: the argument 'text' must be a text of at most 32 characters.", error.Message);
        Assert.Equal("before".PadRight(32), glass.Shown);
    }

    /// <summary>An HD44780 by its data sheet: memory of 80 characters, the second row at 0x40; 0x01 clears, 0x80 | n sets the address.</summary>
    private sealed class Glass : LcdInterface
    {
        private readonly byte[] memory = new byte[128];
        private int address;

        public string Shown => Row(0) + Row(0x40);

        public override bool EightBitMode => true;

        public override bool BacklightOn { get; set; }

        public override void SendData(byte value) => memory[address++ & 0x7F] = value;

        public override void SendCommand(byte command)
        {
            if (command == 1)
            {
                Array.Fill(memory, (byte)' ');
                address = 0;
            }
            if ((command & 0x80) != 0) address = command & 0x7F;
        }

        public override void SendCommandAndWait(byte command) => SendCommand(command);

        public override void SendData(ReadOnlySpan<byte> values)
        {
            foreach (var value in values) SendData(value);
        }

        public override void SendData(ReadOnlySpan<char> values)
        {
            foreach (var value in values) SendData((byte)value);
        }

        public override void SendCommands(ReadOnlySpan<byte> values)
        {
            foreach (var value in values) SendCommand(value);
        }

        private string Row(int start) => System.Text.Encoding.ASCII.GetString(memory, start, 16);
    }
}
