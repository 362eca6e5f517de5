using System;
using System.Linq;
using System.Reflection;
using nanoFramework.TestFramework;
using Xunit;
using TestClassAttribute = nanoFramework.TestFramework.TestClassAttribute;
using TestMethodAttribute = nanoFramework.TestFramework.TestMethodAttribute;

namespace LoRDBA.NanoFramework.Tests;

/// <summary>Runs the tests of nanoFramework on .NET as its runner does: static, without an instance, one call per row.</summary>
public sealed class NanoTests
{
    public static TheoryData<string, string, int> Tests
    {
        get
        {
            TheoryData<string, string, int> tests = [];
            foreach (var type in typeof(NanoTests).Assembly.GetTypes().Where(type => type.IsDefined(typeof(TestClassAttribute))))
                foreach (var method in type.GetMethods().Where(method => method.IsDefined(typeof(TestMethodAttribute))))
                    for (var row = 0; row < Math.Max(1, Rows(method).Length); row++) tests.Add(type.FullName!, method.Name, row);
            return tests;
        }
    }

    [Theory]
    [MemberData(nameof(Tests))]
    public void Test(string type, string method, int row)
    {
        var test = typeof(NanoTests).Assembly.GetType(type)!.GetMethod(method)!;
        var rows = Rows(test);
        try
        {
            test.Invoke(null, rows.Length == 0 ? null : rows[row].MethodParameters);
        }
        catch (TargetInvocationException e) when (e.InnerException is AssertFailedException failure)
        {
            Xunit.Assert.Fail(failure.Message);
        }
    }

    private static DataRowAttribute[] Rows(MethodInfo method) => [.. method.GetCustomAttributes<DataRowAttribute>()];
}
