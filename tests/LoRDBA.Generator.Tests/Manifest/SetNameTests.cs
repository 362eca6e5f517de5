using LoRDBA.Generator.Manifest;

namespace LoRDBA.Generator.Tests.Manifest;

public sealed class SetNameTests
{
    [Theory]
    [InlineData("home.shapes", "HomeKernels")]
    [InlineData("models/home-en.v2.shapes", "HomeEnV2Kernels")]
    [InlineData("SmolLM2 135M.shapes", "SmolLM2135MKernels")]
    [InlineData("küche.shapes", "KücheKernels")]
    [InlineData("7b.shapes", "_7bKernels")]
    [InlineData(".shapes", "Kernels")]
    public void A_set_is_called_after_its_file(string path, string expected) => Assert.Equal(expected, SetName.OfFile(path));

    [Theory]
    [InlineData("HomeKernels", true)]
    [InlineData("_1", true)]
    [InlineData("class", true)]
    [InlineData("7bKernels", false)]
    [InlineData("Home\u200dKernels", false)]
    [InlineData("Instance", false)]
    [InlineData("Name", false)]
    [InlineData("var", false)]
    [InlineData("A.B", false)]
    [InlineData("", false)]
    public void A_class_has_an_identifier_for_its_name(string name, bool expected) => Assert.Equal(expected, SetName.IsClass(name));

    [Theory]
    [InlineData("", true)]
    [InlineData("My.Firmware", true)]
    [InlineData("My.class.Instance", true)]
    [InlineData("My..Firmware", false)]
    [InlineData("My.7", false)]
    [InlineData("My.nint", false)]
    public void A_namespace_has_identifiers_between_dots(string name, bool expected) => Assert.Equal(expected, SetName.IsNamespace(name));
}
