using LoRDBA.Examples.HomePanel.Answering;
using LoRDBA.Examples.HomePanel.Configuration;

namespace LoRDBA.Examples.HomePanel.Tests.Answering;

public sealed class IntentTests
{
    private static readonly HouseholdOptions English = new() { Devices = { ["light.*"] = "Light", ["plug.*"] = "Relay", ["light.attic"] = "Relay" }, On = "on", Off = "off" };
    private static readonly HouseholdOptions German = new() { Devices = { ["[W4]"] = "Light" }, On = "AN", Off = "AUS" };

    [Theory]
    [InlineData("light.luma on", "light=on")]
    [InlineData("light.luma off", "light=off")]
    [InlineData("plug.gale on", "relay=on")]
    [InlineData("light.attic on", "relay=on")]
    [InlineData("light.luma on in 5 min", null)]
    [InlineData("light.luma dim 5", null)]
    [InlineData("light.luma report", null)]
    [InlineData("light.luma ON", null)]
    [InlineData("sound.pip on", null)]
    [InlineData("lightning on", null)]
    [InlineData("on", null)]
    [InlineData("", null)]
    public void Only_a_known_device_with_on_or_off_drives_a_line(string answer, string? driven) => Assert.Equal(driven, Intent.Of(answer, English)?.ToString());

    [Theory]
    [InlineData("[W4] AN", "light=on")]
    [InlineData("[W4] AUS", "light=off")]
    [InlineData("[W4] ??", null)]
    [InlineData("[W4] STUFE=20", null)]
    [InlineData("[R1] AN", null)]
    public void Each_household_has_its_own_words(string answer, string? driven) => Assert.Equal(driven, Intent.Of(answer, German)?.ToString());
}
