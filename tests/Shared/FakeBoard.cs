namespace LoRDBA.Tests;

/// <summary>A folder that looks like the /proc, /sys and /dev of a board.</summary>
internal sealed class FakeBoard : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public string Root => folder.Path;

    public double Celsius { set => Write("sys/class/thermal/thermal_zone0/temp", $"{(int)(value * 1000)}\n"); }

    public uint Throttled { set => Write("sys/devices/platform/soc/soc:firmware/get_throttled", $"{value:x}\n"); }

    public double Watts { set => Write("sys/class/hwmon/hwmon3/curr1_input", $"{(int)(value / 5 * 1000)}\n"); }

    public static FakeBoard RaspberryPi5()
    {
        var board = new FakeBoard { Celsius = 48.5, Throttled = 0 };
        board.Write("proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0\0");
        board.Write("proc/device-tree/compatible", "raspberrypi,5-model-b\0brcm,bcm2712\0");
        board.Write("proc/meminfo", "MemTotal:        8255136 kB\nMemFree:         1000 kB\n");
        board.Write("proc/pressure/memory", "some avg10=1.25 avg60=0.10 avg300=0.00 total=1234\nfull avg10=0.50 avg60=0.00 avg300=0.00 total=99\n");
        board.Write("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
        board.Write("sys/class/thermal/thermal_zone1/type", "rp1_adc\n");
        board.Write("sys/class/thermal/thermal_zone1/temp", "99000\n");
        board.Write("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "2400000\n");
        board.Write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "ondemand\n");
        board.Write("proc/sys/kernel/osrelease", "6.12.34+rpt-rpi-2712\n");
        foreach (var (chip, compatible) in new[] { (0, "raspberrypi,rp1-gpio\0"), (10, "brcm,bcm7445-gpio\0brcm,brcmstb-gpio\0") })
        {
            board.Write($"dev/gpiochip{chip}", "");
            board.Write($"sys/bus/gpio/devices/gpiochip{chip}/of_node/compatible", compatible);
        }
        return board;
    }

    /// <summary>With three rails, of which the first is the whole board's, at 5 V.</summary>
    public static FakeBoard JetsonOrin()
    {
        var board = new FakeBoard { Celsius = 40 };
        board.Write("proc/device-tree/compatible", "nvidia,p3768-0000+p3767-0005\0nvidia,p3767-0005\0nvidia,tegra234\0");
        board.Write("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
        board.Write("sys/class/hwmon/hwmon0/name", "pwmfan\n");
        board.Write("sys/class/hwmon/hwmon3/name", "ina3221\n");
        foreach (var (channel, label) in new[] { (1, "VDD_IN"), (2, "VDD_CPU_GPU_CV"), (3, "VDD_SOC") })
        {
            board.Write($"sys/class/hwmon/hwmon3/in{channel}_label", $"{label}\n");
            board.Write($"sys/class/hwmon/hwmon3/in{channel}_input", "5000\n");
            board.Write($"sys/class/hwmon/hwmon3/curr{channel}_input", "400\n");
        }
        board.Watts = 7.5;
        return board;
    }

    /// <summary>In place, as the kernel changes what an open file gives.</summary>
    public void Write(string path, string text)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        using var stream = new FileStream(full, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        stream.SetLength(0);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(text));
    }

    public void Dispose() => folder.Dispose();
}
