using System.Device.Gpio;
using System.Device.Gpio.Drivers;

namespace LoRDBA.Boards;

/// <summary>The board's GPIO lines, through the library that is there.</summary>
public static class GpioLines
{
    /// <summary>How to get a library that drives lines, for a person.</summary>
    public const string HowToInstall = "sudo apt-get install libgpiod3, or libgpiod2 where that is not known";

    /// <summary>
    /// Opens a chip of lines: through libgpiod 2 (libgpiod.so.3: Debian 13, Raspberry Pi OS of 2025 and later) where it is installed,
    /// otherwise through libgpiod 1 (libgpiod.so.2: Debian 11 and 12, JetPack).
    /// </summary>
    /// <param name="chip">The number in /dev/gpiochipN. On a Raspberry Pi 0 has the lines of the header.</param>
    /// <exception cref="BoardException">Neither library is there, or the chip cannot be opened.</exception>
    public static GpioController Open(int chip = 0)
    {
        var device = $"/dev/gpiochip{chip}";
        if (!File.Exists(device))
            throw new BoardException(BoardError.NoGpioChip, $"There is no {device}: this machine has no such GPIO chip. /dev/gpiochip* lists those that it has.");
        Exception? missing = null;
        foreach (var driver in (Func<int, GpioDriver>[])[Version2, Version1])
        {
            try
            {
                return new GpioController(driver(chip));
            }
            catch (Exception error) when (IsMissingLibrary(error))
            {
                missing = error;
            }
            catch (Exception error) when (error is GpiodException or IOException or UnauthorizedAccessException)
            {
                throw new BoardException(BoardError.NoGpioChip, $"{device} cannot be opened. Is the user in the group that owns it (gpio)? The library says: {error.Message}", error);
            }
        }
        throw new BoardException(
            BoardError.NoGpioLibrary, $"There is neither {string.Join(" nor ", GpioInventory.Libraries)}. Install one: {HowToInstall}.", missing);
    }

#pragma warning disable SDGPIO0001 // The driver of libgpiod 2 is marked experimental, and the only one that newer systems have a library for.
    private static LibGpiodV2Driver Version2(int chip) => new(chip);
#pragma warning restore SDGPIO0001

    private static LibGpiodDriver Version1(int chip) => new(chip);

    private static bool IsMissingLibrary(Exception? error) => error is not null && (error is DllNotFoundException || IsMissingLibrary(error.InnerException));
}
