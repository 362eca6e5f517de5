using System.Runtime.InteropServices;

namespace LoRDBA.Boards;

/// <summary>What a machine has for GPIO, without opening any line of it.</summary>
/// <param name="Chips">The chips, by number.</param>
/// <param name="Library">The library that <see cref="GpioLines.Open"/> drives them with: libgpiod.so.3 (libgpiod 2) or libgpiod.so.2 (libgpiod 1); null: neither is installed.</param>
public sealed record GpioInventory(IReadOnlyList<GpioChip> Chips, string? Library)
{
    /// <summary>In the order in which <see cref="GpioLines.Open"/> tries them.</summary>
    internal static readonly string[] Libraries = ["libgpiod.so.3", "libgpiod.so.2"];

    /// <summary>Looks for chips and for a library.</summary>
    /// <param name="root">The folder that takes the place of /: a test's. Libraries are looked for as the system does.</param>
    public static GpioInventory Read(string root = "/") => new(ReadChips(root), Array.Find(Libraries, IsInstalled));

    private static GpioChip[] ReadChips(string root)
    {
        var devices = Path.Combine(root, "dev");
        if (!Directory.Exists(devices)) return [];
        return [.. Directory.GetFiles(devices, "gpiochip*").Select(device => ChipOf(root, device)).OfType<GpioChip>().OrderBy(chip => chip.Number)];
    }

    private static GpioChip? ChipOf(string root, string device)
    {
        var name = Path.GetFileName(device);
        if (!int.TryParse(name["gpiochip".Length..], out var number)) return null;
        var compatible = Folders.TextOf(Path.Combine(root, "sys/bus/gpio/devices", name, "of_node/compatible"))?.Split('\0')[0];
        return new(number, compatible, MayOpen(device));
    }

    private static bool MayOpen(string device)
    {
        try
        {
            File.OpenHandle(device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            return true;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    private static bool IsInstalled(string library)
    {
        if (!NativeLibrary.TryLoad(library, out var handle)) return false;
        NativeLibrary.Free(handle);
        return true;
    }
}

/// <summary>A chip of lines.</summary>
/// <param name="Number">N of /dev/gpiochipN.</param>
/// <param name="Compatible">What the device tree says it is, for example "raspberrypi,rp1-gpio", the header of a Raspberry Pi 5; null where there is no tree.</param>
/// <param name="MayOpen">Whether this process may open it.</param>
public sealed record GpioChip(int Number, string? Compatible, bool MayOpen);
