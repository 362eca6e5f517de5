using System.Device.Gpio;
using System.Globalization;
using LoRDBA.Boards;

// Lines of a board for a bench that reaches the board by ssh. Standard input has commands, standard output what happens:
//
//   lines CHIP
//   out LINE           opens a line as an output, low                            ok
//   in LINE            opens a line as an input and tells its level, now and     LINE high
//                      at each change                                            LINE low
//   set LINE 0|1       drives an output                                          ok
//   burst LINE N       drives N edges, one per millisecond                      ok
//
// It ends with its input. Outputs are low then.

if (args is not [var chip] || !int.TryParse(chip, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
{
    Console.Error.WriteLine("usage: lines CHIP    with CHIP the number in /dev/gpiochipN");
    return 64;
}

using var controller = GpioLines.Open(number);
var gate = new Lock();
var outputs = new List<int>();
while (Console.ReadLine() is { } command)
{
    switch (command.Split(' '))
    {
        case ["out", var line]:
            controller.OpenPin(Number(line), PinMode.Output, PinValue.Low);
            outputs.Add(Number(line));
            break;
        case ["in", var line]:
            controller.OpenPin(Number(line), PinMode.Input);
            controller.RegisterCallbackForPinValueChangedEvent(
                Number(line), PinEventTypes.Rising | PinEventTypes.Falling, (_, change) => Tell(change.PinNumber, change.ChangeType == PinEventTypes.Rising));
            Tell(Number(line), controller.Read(Number(line)) == PinValue.High);
            break;
        case ["set", var line, var level]:
            controller.Write(Number(line), level == "1");
            break;
        case ["burst", var line, var edges]:
            for (var i = 0; i < Number(edges); i++)
            {
                controller.Write(Number(line), i % 2 == 0);
                Thread.Sleep(1);
            }
            break;
        default:
            Console.Error.WriteLine($"'{command}' is none of: out LINE, in LINE, set LINE 0|1, burst LINE N");
            return 64;
    }
    Say("ok");
}
foreach (var line in outputs) controller.Write(line, PinValue.Low);
return 0;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

void Tell(int line, bool level) => Say($"{line} {(level ? "high" : "low")}");

void Say(string text)
{
    lock (gate)
    {
        Console.WriteLine(text);
        Console.Out.Flush();
    }
}
